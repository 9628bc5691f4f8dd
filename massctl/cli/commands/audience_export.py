"""`massctl audience export`: the openids of a snapshot, or of a send, into a file that a person names."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from massctl.audience.export import SENT_COLUMNS, as_parquet, new_target, write_table
from massctl.audience.member_sets import MemberSets
from massctl.cli.app import Result, told, verb
from massctl.cli.arguments import audience_names, sandbox_option
from massctl.cli.commands.audience import audience_named
from massctl.cli.consent import require_operator, who
from massctl.cli.ledger_access import own_ledger
from massctl.cli.planner import people_reader
from massctl.cli.session import Session
from massctl.errors import RefusedError, UsageError
from massctl.model.entries import AudienceExported
from massctl.model.ids import CampaignName, unprefixed
from massctl.model.phrase import Phrase, plural_phrase
from massctl.model.state import Record, State
from massctl.plan.account_people import ListPart, as_cut
from massctl.plan.reach import BatchReach, Reach, reach
from massctl.source.audiences import freeze_hint, never_frozen

_NOTHING = Phrase("Nothing was written.")
_OUTCOMES = {Reach.HAS: "sent", Reach.MAY_HAVE: "unknown", Reach.SURELY_NOT: "failed"}
_ENDINGS = (".csv", ".parquet")


@click.command(name="export")
@click.argument("name", shell_complete=audience_names)
@click.option("--to", "target", required=True, metavar="FILE", help="A new .csv or .parquet file.")
@click.option(
    "--sent",
    is_flag=True,
    help="NAME is a campaign: write to whom it was sent, in which batch, when, and what became of it.",
)
@sandbox_option
@verb("audience export")
def export(current: Session, name: str, target: str, sent: bool) -> Result:
    """Write the openids of audience NAME into a file that only you can read.

    Each export is recorded in the ledger, with your name and the number of rows. On a forge it is for
    policy.operators.
    """
    require_operator(current)
    path = _target(current, target)
    count = _sent(current, name, path) if sent else _people(current, name, path)
    return told(
        plural_phrase(
            "{count:,} openid was written to {file}, and the ledger says so",
            "{count:,} openids were written to {file}, and the ledger says so",
            count=count,
            file=target,
        ),
        Phrase("openids are personal data: delete the file when it is no longer needed"),
    )


def _target(current: Session, target: str) -> Path:
    """Return where to write; raise UsageError for a file that git would take in, or of another kind."""
    path = Path(target).expanduser().absolute()
    if path.suffix.lower() not in _ENDINGS:
        raise UsageError(
            Phrase("{file} is neither .csv nor .parquet", file=target),
            _NOTHING,
            Phrase("let its name end with .csv"),
        )
    root = current.root.resolve()
    inside = path.parent.resolve() / path.name
    if inside.is_relative_to(root):
        raise UsageError(
            Phrase("{file} would be in the repository, and openids stay out of git", file=target),
            _NOTHING,
            Phrase("name a file outside of it"),
        )
    return path


def _people(current: Session, name: str, path: Path) -> int:
    found = audience_named(current, name)
    if found.lock is None:
        raise RefusedError(never_frozen(found.name), _NOTHING, freeze_hint(found.name))
    with own_ledger(current) as book, MemberSets() as sets, new_target(path) as written:
        people = current.snapshots(book.state).open(sets, found.lock.openid_list.sha256)
        count = sets.count(people)
        _write(path, written, ("openid",), ((each,) for each in sets.openids(people)))
        by = who(current.environment)
        entry = AudienceExported(
            of=found.name, kind="people", snapshot=found.lock.snapshot, count=count, by=by
        )
        book.record(entry, None)
    return count


def _sent(current: Session, name: str, path: Path) -> int:
    count = [0]
    with own_ledger(current) as book, new_target(path) as written:
        records = book.state.editions(CampaignName(name))
        if not any(_went_out(book.state, each) for each in records):
            raise UsageError(
                Phrase("nothing says that {name} was sent to anybody", name=name), _NOTHING
            )

        def rows() -> Iterator[tuple[object, ...]]:
            for record in records:
                for row in _rows(current, book.state, record):
                    count[0] += 1
                    yield row

        _write(path, written, SENT_COLUMNS, rows())
        by = who(current.environment)
        book.record(AudienceExported(of=name, kind="sent", count=count[0], by=by), None)
    return count[0]


def _went_out(state: State, record: Record) -> list[BatchReach]:
    return [each for each in reach(record, state).values() if each.is_out]


def _rows(current: Session, state: State, record: Record) -> Iterator[tuple[object, ...]]:
    """Yield each person of a list once for each batch; raise RefusedError where nobody knows who they are."""
    people = people_reader(current, state, current.working_tree(state))
    accepted = {job.batch: job.accepted_at.isoformat() for job in record.jobs}
    for each in _went_out(state, record):
        audience = as_cut(each.audience or {}, record)
        openids, why = None, None
        if audience.get("sha256"):
            sha256 = unprefixed(str(audience["sha256"]))
            why = people.why_unread(sha256) if "of" in audience else None
            if people.holds(record.campaign, audience):
                openids = people.openids(ListPart.recorded(audience, (each.batch,)))
        if openids is None:
            raise RefusedError(
                Phrase(
                    "nobody can say here who is in batch {batch} of {name}",
                    batch=each.batch,
                    name=record.campaign,
                ),
                Phrase(
                    "{why}. Nothing was written.",
                    why=why or Phrase("it went to a tag or to everybody, or its list is gone"),
                ),
            )
        around = (record.campaign, record.edition, each.batch)
        outcome = _OUTCOMES[each.reach]
        for openid in openids:
            yield (openid, *around, accepted.get(each.batch, ""), outcome)


def _write(
    path: Path, written: Path, columns: tuple[str, ...], rows: Iterator[tuple[object, ...]]
) -> None:
    if path.suffix.lower() != ".parquet":
        write_table(written, columns, rows)
        return
    with tempfile.NamedTemporaryFile(dir=written.parent, prefix=".massctl-") as table:
        write_table(Path(table.name), columns, rows)
        as_parquet(Path(table.name), written)
