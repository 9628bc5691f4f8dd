"""`massctl audience forget`: erase people from every snapshot and list, for good."""

import sys
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import click

from massctl.apply.audience_tag import TagPeople, TagPorts, untag_erased
from massctl.apply.journal import LedgerSession
from massctl.audience.member_sets import MemberSets
from massctl.audience.snapshots import FINISH
from massctl.cli import views
from massctl.cli.app import Result, verb
from massctl.cli.arguments import form_option
from massctl.cli.consent import require_operator, said_yes, somebody_is_here, who
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.ledger_access import begun_ledger, own_ledger, read_ledger, trust
from massctl.cli.planner import snapshot_people
from massctl.cli.progress import progress
from massctl.cli.session import Session
from massctl.cli.snapshot_access import erase_expired, snapshots_sent_to
from massctl.errors import MassctlError, RefusedError, UsageError
from massctl.model.audience import ErasureResult, ListOutcome, TagOutcome
from massctl.model.audience_tag import AudienceTag
from massctl.model.entries import AudienceErased
from massctl.model.ids import (
    AccountName,
    Sha256,
    below_campaigns,
    is_openid,
    prefixed,
    unprefixed,
)
from massctl.model.phrase import Command, Phrase, system_reason
from massctl.model.state import Erasure, State
from massctl.parallel_calls import side_by_side
from massctl.plan.audience_tag import free_tag
from massctl.plan.steps import Refusal
from massctl.source.openid_lines import OpenidLines, openid_lines, without_lines
from massctl.source.openids import LIST_BYTES_MAX, OpenidFiles
from massctl.whole_file import write_whole

_NOTHING = Phrase("Nothing was erased.")
_BEGUN = Phrase("These people are never frozen again, but snapshots still have them.")
_AGAIN = Command("audience forget", "OPENID|FILE|-")


@click.command(name="forget")
@click.argument("people", metavar="OPENID|FILE|-", required=False)
@click.option(
    "--expired",
    is_flag=True,
    help="Erase snapshots that are older than keep_for, and finish an erasure that was cut short.",
)
@click.option("--yes", is_flag=True, help="Erase without a question; required without a terminal.")
@form_option
@verb("audience forget")
def forget(current: Session, people: str | None, expired: bool, yes: bool) -> Result:
    """Erase people from every snapshot and list of the repository. It cannot be taken back.

    They are never frozen again. A FILE has one openid a line; `-` reads standard input, which no history of a shell
    keeps. Digests and counts in the ledger stay true.
    """
    if (people is None) != expired:
        raise click.UsageError(Phrase("give one of OPENID, FILE, - and --expired"))
    require_operator(current)
    openids = _given(people) if people is not None else []
    with MemberSets() as sets:
        erasing = _Erasing(current, sets, openids)
        if not yes:
            erasing.ask()
        done = erasing.carry_out()
    return Result(
        ExitStatus.DONE,
        lambda _: views.verbs_json.erased_json(done),
        lambda to: views.audience.erased_text(to.page(), done),
    )


class _Erasing:
    """One erasure: what it is about, and its steps."""

    def __init__(self, session: Session, sets: MemberSets, openids: Sequence[str]) -> None:
        self._session = session
        self._sets = sets
        self._openids = openids
        self._people = sets.of(openids)
        self._lists = list(openid_lines(session.root, openids)) if openids else []
        files = OpenidFiles(session.repository)
        listed = {each.path: files.listed(below_campaigns(each.path)) for each in self._lists}
        self._names = {
            path: each.openid_list.sha256 for path, each in listed.items() if each.openid_list
        }
        """What names those of these files that are whole lists."""

    def ask(self) -> None:
        """Ask at the terminal; raise UsageError where nobody is here, or who is here says no."""
        if not somebody_is_here():
            raise UsageError(
                Phrase("this would erase people, and nobody is here to confirm it"),
                _NOTHING,
                Phrase("add --yes"),
            )
        state = read_ledger(self._session)
        trust(self._session, state)
        held = self._session.snapshots(state).holding(self._sets, self._people)
        asked = Phrase(
            "erase {people:,} people from {snapshots:,} snapshots and {lists:,} lists; this cannot be taken back",
            people=self._sets.count(self._people),
            snapshots=len(held),
            lists=len(self._lists),
        )
        if not self._openids:
            asked = Phrase(
                "erase snapshots that are older than keep_for; this cannot be taken back"
            )
        console = self._session.console
        if not said_yes(console, console.shown(asked), Phrase("Type `yes` to erase:")):
            raise UsageError(Phrase("not confirmed"), _NOTHING)

    def carry_out(self) -> ErasureResult:
        """Mark, blank, record, remove: in this order, so that a run which dies is finished by the next one."""
        session, sets = self._session, self._sets
        # A mark counts at once: none is made where nothing could be recorded.
        with (begun_ledger if self._openids else own_ledger)(session) as book:
            snapshots = session.snapshots(book.state)
            if self._openids:
                held = snapshots.holding(sets, self._people)
                _require_closed(book.state, [*held, *self._names.values()], _NOTHING, _AGAIN)
                _require_free(book.state, held, session.clock.now())
                snapshots.marks.add(sets, self._people)
            blanked = {
                sha256: erasure
                for sha256 in snapshots.known()
                if (erasure := snapshots.blank(sets, sha256)) is not None
            }
            _require_closed(book.state, blanked, _BEGUN, FINISH)
            by = who(session.environment)
            book.record_each([(_entry(*each, by), None) for each in blanked.items()])
            session.snapshots(book.state).sweep(sets)
            expired = erase_expired(session, book.state) if not self._openids else []
            # A run that died before this is finished by the next one: all that were ever erased are looked at.
            tags = tuple(_out_of_tags(session, book, book.state.erased_snapshots))
        lists = tuple(self._without(book.state))
        session.erase_rehearsed(sets)
        return ErasureResult(
            sets.count(self._people),
            {sha256: erasure.remaining for sha256, erasure in blanked.items()},
            tuple(expired),
            tags,
            lists,
        )

    def _without(self, state: State) -> Iterator[ListOutcome]:
        """Take the people out of lists that were never sent."""
        sent = {
            unprefixed(str(attempt.event.audience.get("sha256", "")))
            for record in state.records.values()
            for attempt in record.attempts
        }
        for each in self._lists:
            is_sent = self._names.get(each.path) in sent
            why = _SENT if is_sent else self._why_left(each)
            yield ListOutcome(each.path, tuple(each.lines), why)

    def _why_left(self, found: OpenidLines) -> Phrase | None:
        """Take lines out of a list; return why they stay."""
        path = self._session.root / found.path
        try:
            write_whole(path, without_lines(path, found.lines), path.stat().st_mode & 0o777)
        except OSError as error:
            return Phrase("{why}; delete these lines", why=system_reason(error))
        return None


_SENT = Phrase("this list was sent; delete the campaign, or send to an audience next time")


def _require_closed(
    state: State, snapshots: Collection[Sha256], done: Phrase, again: Command
) -> None:
    """Raise RefusedError if nobody knows what became of a send to one of these snapshots."""
    for record in state.index.open.values():
        if not snapshots_sent_to(record).isdisjoint(snapshots):
            name = record.campaign
            raise RefusedError(
                Phrase(
                    "nobody knows yet whether {name} was sent, and some of them are in it",
                    name=name,
                ),
                Phrase("A batch with an open attempt does not change. {done}", done=done),
                Phrase(
                    "{settle}   settles it; then run {again} again",
                    settle=Command("reconcile", name),
                    again=again,
                ),
            )


def _require_free(state: State, snapshots: Collection[Sha256], now: datetime) -> None:
    """Raise RefusedError while WeChat may still deliver to a tag that has some of these people."""
    for tag in _tags_of(state, snapshots):
        free = free_tag(state, tag, now)
        if isinstance(free, Refusal):
            raise RefusedError(free.message, _NOTHING, free.hint)


def _tags_of(state: State, snapshots: Collection[Sha256]) -> list[AudienceTag]:
    """Return the tags that massctl left with the people of one of these snapshots."""
    named = {prefixed(each) for each in snapshots}
    tags = state.tags.values()
    return [each for each in tags if each.filled is not None and each.filled.snapshot in named]


def _out_of_tags(
    session: Session, book: LedgerSession, snapshots: Collection[Sha256]
) -> Iterator[TagOutcome]:
    """Take erased people out of the tags that massctl filled."""
    accounts = {each.appid: name for name, each in session.settings.accounts.items()}
    for tag in _tags_of(book.state, snapshots):
        why: str | None
        try:
            why = _out_of_tag(session, book, tag, accounts.get(tag.appid))
        except MassctlError as error:
            why = error.summary
        yield TagOutcome(tag.name, why)


def _out_of_tag(
    session: Session, book: LedgerSession, tag: AudienceTag, account: str | None
) -> str | None:
    if account is None or tag.filled is None:
        return Phrase("massctl.yaml has no account with its AppID")
    people = snapshot_people(session, book.state)
    wechat = session.wechat(AccountName(account))
    tagger = TagPorts(book, wechat, session.clock, side_by_side, progress(session.console), people)
    name = unprefixed(tag.filled.snapshot)
    done = untag_erased(tagger, TagPeople(tag.appid, tag.audience, name, people(name)))
    return done.message if isinstance(done, Refusal) else None


def _entry(sha256: Sha256, erasure: Erasure, by: str) -> AudienceErased:
    return AudienceErased(
        snapshot=prefixed(sha256),
        remaining=erasure.remaining,
        content_sha256=prefixed(erasure.content_sha256),
        by=by,
    )


def _given(people: str) -> list[str]:
    """Read the openids that a command names; raise UsageError that shows none of them."""
    if is_openid(people) and not Path(people).exists():
        return [people]
    try:
        data = (
            sys.stdin.buffer.read(LIST_BYTES_MAX)
            if people == "-"
            else Path(people).read_bytes()[:LIST_BYTES_MAX]
        )
        lines = data.decode("utf-8-sig").splitlines()
    except OSError as error:
        raise UsageError(
            Phrase("this is neither an openid nor a file that can be read"),
            Phrase("{why}. Nothing was erased.", why=system_reason(error)),
        ) from None
    except UnicodeDecodeError:
        raise UsageError(Phrase("the list is not UTF-8"), _NOTHING) from None
    found = [line.strip() for line in lines]
    for number, each in enumerate(found, 1):
        if each and not is_openid(each):
            raise UsageError(
                Phrase("line {number} is not an openid", number=number),
                _NOTHING,
                Phrase("write one openid a line"),
            )
    if not any(found):
        raise UsageError(Phrase("the list is empty"), _NOTHING, Phrase("write one openid a line"))
    return [each for each in found if each]
