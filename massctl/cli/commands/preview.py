"""`massctl preview`: show a campaign on reviewers' phones, again where they have it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import click

from massctl.cli.app import Result, outcome_result, verb
from massctl.cli.arguments import campaign_names, form_option, sandbox_option
from massctl.cli.commands.apply import run_apply
from massctl.cli.session import Session
from massctl.model.ids import REAL_OPENID
from massctl.model.message import Recipient
from massctl.model.phrase import Phrase
from massctl.plan.plan import Showing

NAME_CHARACTERS_MAX = 128
"""Longer than any name or openid; what is recorded of a preview must not become a report."""


class Reviewer(click.ParamType[str]):
    """One recipient of a preview. No error quotes the input, because it may be an openid."""

    name = "reviewer"

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read a WeChat name or an openid."""
        text = str(value)
        if (
            not text.isprintable()
            or text != text.strip()
            or not 0 < len(text) <= NAME_CHARACTERS_MAX
        ):
            raise click.UsageError(
                Phrase("--{kind} takes one name without blanks around it", kind=self._kind), ctx
            )
        if self._kind == "towxname" and re.fullmatch(
            REAL_OPENID, text
        ):  # WeChat names (微信号) are shorter.
            raise click.UsageError(Phrase("this looks like an openid: give it with --touser"), ctx)
        return text


@click.command(name="preview")
@click.argument("name", shell_complete=campaign_names)
@click.option(
    "--towxname",
    multiple=True,
    type=Reviewer("towxname"),
    metavar="W",
    help="A WeChat name (微信号) to show it to.",
)
@click.option(
    "--touser", multiple=True, type=Reviewer("touser"), metavar="O", help="An openid to show it to."
)
@click.option(
    "--locked", is_flag=True, help="Show only what is locked: render it again and compare."
)
@form_option
@sandbox_option
@verb("apply")
def command(
    current: Session,
    name: str,
    towxname: tuple[str, ...],
    touser: tuple[str, ...],
    locked: bool,
) -> Result:
    """Show NAME on phones before it is sent: on all that campaign.yaml declares, or only on those given here.

    It first uploads and saves what is missing. It repeats a preview on purpose, uses the account's 100 a day, and
    never sends.
    """
    asked = showing(towxname, touser)

    outcome = run_apply(
        current,
        [name],
        yes=True,
        until="preview",
        wait_in_doubt=False,
        locked=locked,
        showing=asked,
    )
    return outcome_result(outcome)


def showing(towxname: Sequence[str], touser: Sequence[str]) -> Showing:
    """Return the recipients of the preview: those of the command line, else the declared ones."""
    asked = (
        *(Recipient("towxname", each) for each in towxname),
        *(Recipient("touser", each) for each in touser),
    )
    return Showing(asked or None)
