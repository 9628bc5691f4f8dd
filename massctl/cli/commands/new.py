"""`massctl new`: a campaign for the openids that a partly sent list did not reach."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from massctl.cli.app import Result, run_in_session, said
from massctl.cli.arguments import form_option, sandbox_option
from massctl.cli.commands import not_yet
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.session import Session
from massctl.errors import RefusedError, UsageError
from massctl.model.ids import CampaignName, is_campaign_name
from massctl.model.phrase import Command, Phrase

if TYPE_CHECKING:
    from massctl.model.diagnostics import Diagnostic
    from massctl.model.state import Record, State
    from massctl.source.loader import Workbench


@click.command(name="new")
@click.argument("name")
@click.option("--unsent-of", metavar="LIST", help="The campaign whose list of openids was partly sent.")
@form_option
@sandbox_option
@click.pass_context
def command(context: click.Context, name: str, unsent_of: str | None, form: str, sandbox: bool) -> int:
    """Make campaigns/NAME for the openids of LIST that no accepted batch named, and end LIST in the ledger.

    NAME gets the folder of LIST without lock, edition and window. After that no batch of LIST is sent.
    """
    if unsent_of is None:
        raise not_yet("massctl new NAME", Phrase("make a campaign's folder from a sample or another campaign"))
    if not is_campaign_name(name):
        raise UsageError(
            Phrase("{folder} is not a campaign name", folder=name),
            Phrase("Nothing was done."),
            Phrase("lower-case letters, digits, `.`, `_` and `-`, at most 64"),
        )

    def work(current: Session, _: "list[Diagnostic]") -> Result:
        from massctl.view.json_reports import new_json

        record, count = _made(current, CampaignName(name), CampaignName(unsent_of))
        told = {"rest": name, "count": count, "name": unsent_of}
        made = Phrase("campaigns/{rest} has the {count:,} openids that no accepted batch of {name} named", **told)
        ended = Phrase("{name} is ended: its other batches will not be sent", name=unsent_of)
        go_on = Phrase("look at campaigns/{rest}/campaign.yaml, then commit it like any other campaign", rest=name)
        return Result(ExitStatus.DONE, lambda to: new_json(record, name, count, to.language), said(made, ended, go_on))

    return run_in_session("new", form, context.obj, work, sandbox=sandbox, decides=True)


def _made(current: Session, rest: CampaignName, name: CampaignName) -> "tuple[Record, int]":
    """End the list and make the folder; returns what is recorded of the list, and how many openids are in the folder.

    The ledger comes first. Where the folder cannot be made after it, the same command makes it.
    """
    from massctl.cli.consent import who
    from massctl.cli.ledger_access import own_ledger
    from massctl.model.entries import ListEnded
    from massctl.source.campaign_copy import copied_for_rest, put_in_place
    from massctl.source.loader import Workbench

    if (current.repository.root / "campaigns" / rest).exists():
        raise UsageError(
            Phrase("campaigns/{name} already exists", name=rest),
            Phrase("Nothing was done."),
            Phrase("choose another name"),
        )
    with own_ledger(current) as book:
        state = book.state
        record = _partly_sent(state, name, rest)
        _require_free(current, state, rest, record)
        workbench = Workbench(current.repository, current.settings, current.places.cache)
        sha256 = _same_list(current, workbench, record)
        left = [batch for batch in range(1, record.batches + 1) if batch not in record.sent_batches]
        counted = 0

        def openids() -> Iterator[str]:
            nonlocal counted
            for batch in left:
                found = workbench.openid_lists.batch(sha256, batch)
                counted += len(found)
                yield from found

        with copied_for_rest(current.repository, name, rest, openids(), current.places.cache) as folder:
            if record.ended is None:
                book.record(ListEnded(rest=rest, by=who(current.environment)), record)
            put_in_place(current.repository, folder)
    return state.record(name, record.edition), counted


def _require_free(current: Session, state: "State", rest: CampaignName, record: "Record") -> None:
    """Raise UsageError if the name had another campaign, whose entries would count for this one."""
    if (now := current.settings.renamed.get(rest)) is not None:
        why = Phrase("{name} is the old name of {now} (`moved` in massctl.yaml)", name=rest, now=now)
    elif state.editions(rest) and (record.ended is None or record.ended.rest != rest):
        why = Phrase("the ledger already has a campaign {name}", name=rest)
    else:
        return
    raise UsageError(why, Phrase("Nothing was done."), Phrase("choose another name"))


def _partly_sent(state: "State", name: CampaignName, rest: CampaignName) -> "Record":
    """Return the newest edition that reached a part of its list; raises where there is none, or it may not be ended."""
    from massctl.plan.retry_policy import settle

    sent = [each for each in state.editions(name) if each.may_be_out]
    record = sent[-1] if sent else None
    if record is not None and record.open_attempts:
        raise RefusedError(
            Phrase("nobody knows whether batch {batch} was sent", batch=record.open_attempts[-1].event.batch),
            Phrase("Nothing was done."),
            settle(name),
        )
    if record is None or not 0 < len(record.sent_batches) < record.batches:
        raise UsageError(
            Phrase("{name} is not a partly sent list of openids", name=name),
            Phrase("Nothing was done."),
            Phrase("{command}   shows the result", command=Command("status", name)),
        )
    if record.ended is not None and record.ended.rest != rest:
        raise RefusedError(
            Phrase("{name} was ended before, and {rest} has its other openids", name=name, rest=record.ended.rest),
            Phrase("Nothing was done."),
            Phrase("if it is lost: {command}", command=Command("new", record.ended.rest, "--unsent-of", name)),
        )
    return record


def _same_list(current: Session, workbench: "Workbench", record: "Record") -> str:
    """Name the list in the folder; raises if it is not the one that was partly sent."""
    from massctl.render.audience import find_openids
    from massctl.source.campaigns import load_campaign

    file = load_campaign(current.repository, record.campaign, current.settings).file
    written = file.audience.openids if file is not None else None
    found = find_openids(written, record.campaign, workbench).openid_list if written is not None else None
    tried = [each.event for each in record.attempts if each.event.batch in record.sent_batches]
    named = {event.audience.get("sha256") for event in tried}
    if found is None or named != {f"sha256:{found.sha256}"} or found.batches != record.batches:
        raise RefusedError(
            Phrase("the list of {name} is not the one that was partly sent", name=record.campaign),
            Phrase("Nothing was done."),
            Phrase("restore it (git log shows it), then run the same command again"),
        )
    return found.sha256
