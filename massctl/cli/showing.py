"""Who a `massctl preview` goes to, and when there is nothing for it to show."""

import re
from collections.abc import Sequence
from typing import Any, Final

import click

from massctl.errors import UsageError
from massctl.model.message import Recipient
from massctl.model.phrase import Phrase
from massctl.model.state import FINAL
from massctl.plan.plan import Plan, Showing

_OPENID: Final = re.compile(r"o[A-Za-z0-9_-]{27}")
"""As openids look in practice; WeChat names (微信号) are shorter. Our own guard against a slip, no rule of WeChat's."""
NAME_CHARACTERS_MAX: Final = 128
"""Longer than any name or openid; what is recorded of a preview must not become a report."""


class Reviewer(click.ParamType[str]):
    """One recipient of a preview. What was typed is in no error, for it may be an openid."""

    name = "reviewer"

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read a WeChat name or an openid."""
        text = str(value)
        if not text.isprintable() or text != text.strip() or not 0 < len(text) <= NAME_CHARACTERS_MAX:
            raise click.UsageError(Phrase("--{kind} takes one name without blanks around it", kind=self._kind), ctx)
        if self._kind == "towxname" and _OPENID.fullmatch(text):
            raise click.UsageError(Phrase("this looks like an openid: give it with --touser"), ctx)
        return text


def showing(towxname: Sequence[str], touser: Sequence[str]) -> Showing:
    """Give who is to be shown the campaign: those of the command line, or the declared ones where there are none."""
    asked = (*(Recipient("towxname", each) for each in towxname), *(Recipient("touser", each) for each in touser))
    return Showing(asked or None)


def require_something_to_show(plan: Plan, showing: Showing) -> None:
    """Raise UsageError for a campaign that went out, or that nobody is to be shown; nothing was done."""
    for planned in plan.campaigns:
        if planned.status in FINAL and planned.awaiting_until is None:
            raise UsageError(
                Phrase("edition {edition} of {name} went out already", edition=planned.edition, name=planned.name),
                Phrase("A preview shows what is still to be sent. Nothing was done."),
                Phrase("raise `edition` in campaign.yaml to send it once more, on purpose"),
            )
        nobody = planned.rendered is not None and not planned.rendered.recipients and showing.recipients is None
        if nobody and not planned.refusals:
            raise UsageError(
                Phrase("{name} declares nobody who could be shown a preview", name=planned.name),
                Phrase("Nothing was done."),
                Phrase(
                    "name a reviewer under `preview:` in campaign.yaml, or: "
                    "massctl preview {name} --towxname WECHAT_NAME",
                    name=planned.name,
                ),
            )
