"""From a session to the state of its jobs."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from massctl.apply.jobs import Followed, follow_jobs, is_overdue, unfinished
from massctl.apply.journal import LedgerSession
from massctl.apply.ports import WeChat
from massctl.cli.evidence import repeatable
from massctl.cli.notifying import Notifier
from massctl.cli.progress import progress
from massctl.cli.recorded import ledger_refusal
from massctl.cli.session import Session
from massctl.errors import (
    ConfigurationError,
    LedgerError,
    LedgerForeignError,
    LedgerLockedError,
    LedgerMissingError,
    UsageError,
)
from massctl.ledger.process_lock import sole_runner
from massctl.model.ids import AccountName, AppId, CampaignName
from massctl.model.phrase import Phrase
from massctl.model.state import Record, State, is_held
from massctl.plan.steps import Guard, Refusal
from massctl.source.campaigns import load_campaign

LOOK_SECONDS: Final = 20
"""Between two looks for what the administrator said. Our own bound: with a ledger in git each look is a fetch."""


def followed(session: Session, names: Sequence[str], wait_seconds: float, *, all_editions: bool) -> Followed:
    """Ask about unfinished jobs, and again for `wait_seconds`; also about sends that wait for the administrator.

    What he says comes as an event, which another process records: between two looks the ledger is left to it.
    """
    clock = session.clock
    until = clock.now() + timedelta(seconds=wait_seconds)
    found: Followed | None = None
    while True:
        remaining = (until - clock.now()).total_seconds()
        try:
            newly = _followed_once(session, names, max(0.0, remaining), all_editions=all_editions)
        except LedgerLockedError:
            if found is None:
                raise
            newly = Followed(found.records)  # Somebody records something in this moment; the next look sees it.
        newly.failed_now[:0] = found.failed_now if found is not None else []
        found, held = newly, sum(is_held(record) for record in newly.records)
        remaining = (until - clock.now()).total_seconds()
        if not held or remaining <= 0:
            if any(record.is_in_doubt for record in found.records):
                found.repeatable = repeatable(session, found.records, session.read_state(session.ledger()))
            return found
        say = Phrase("waiting for the administrator: {count}; looking again for", count=held)
        progress(session.voice).waiting(say, int(remaining))
        clock.sleep(min(LOOK_SECONDS, remaining))


def _followed_once(session: Session, names: Sequence[str], wait_seconds: float, *, all_editions: bool) -> Followed:
    """Ask about unfinished jobs, alone on the ledger; without one it makes no request and takes no lock."""
    ledger = session.ledger()
    state = session.read_state(ledger)
    require_ledger(session, state)
    unsent = _unsent(session, state, names)
    records = records_of(state, names, all_editions=all_editions, unsent=unsent)
    asked = any(unfinished(job) is not None for record in records for job in record.jobs)
    if not asked and not any(is_overdue(record, session.clock) for record in records):
        return Followed(records)
    trust(session, state)
    with sole_runner(session.locks, session.clock.now()):
        state = session.read_state(ledger)
        book, notifier = LedgerSession(ledger, session.clock, state), Notifier(session)
        notifier.begin(state)
        records = records_of(state, names, all_editions=all_editions, unsent=unsent)

        def wechat(appid: AppId) -> WeChat:
            return session.wechat(account_of(session, appid))

        # Nobody else can write while this waits, and the administrator's answer is written by somebody else.
        waits = 0 if any(is_held(record) for record in records) else wait_seconds
        found = follow_jobs(records, wechat, book, session.clock, progress(session.voice), waits)
    notifier.tell(state)
    return found


def records_of(
    state: State, names: Sequence[str], *, all_editions: bool, unsent: Mapping[CampaignName, int] = MappingProxyType({})
) -> list[Record]:
    """Choose what is shown: the newest edition of each campaign, or all, in the order of names.

    `unsent` gives the editions of campaigns that may be named though nothing is recorded of them.
    """
    known = sorted({*(name for name, _ in state.records), *unsent})
    missing = [name for name in names if name not in known]
    if missing and (now := state.renamed.get(CampaignName(missing[0]))) is not None:
        raise UsageError(
            Phrase("{name} is called {now} now (`moved` in massctl.yaml)", name=missing[0], now=now),
            Phrase("No request was made."),
            Phrase("run the same command again with the new name"),
        )
    if missing:
        raise UsageError(
            Phrase("nothing is recorded of a campaign {name}", name=missing[0]),
            Phrase("No request was made."),
            Phrase("massctl state show   lists what is recorded"),
        )
    chosen = [name for name in known if not names or name in names]
    first = 0 if all_editions else -1
    return [
        record
        for name in chosen
        for record in state.editions(name)[first:] or [state.record(name, unsent.get(name, 1))]
    ]


def _unsent(session: Session, state: State, names: Sequence[str]) -> dict[CampaignName, int]:
    """Give the declared editions of named campaigns of which nothing is recorded yet."""
    recorded = {name for name, _ in state.records}
    return declared_editions(session, [name for name in names if name not in recorded])


def declared_editions(session: Session, names: Sequence[str]) -> dict[CampaignName, int]:
    """Give the editions that the folders of campaigns declare; 1 where campaign.yaml has faults."""
    here = [name for name in session.repository.campaign_folders().names if name in names]
    files = {name: load_campaign(session.repository, name, session.settings).file for name in here}
    return {name: file.edition if file else 1 for name, file in files.items()}


def account_of(session: Session, appid: AppId) -> AccountName:
    """Find the account of an appid; raises ConfigurationError where massctl.yaml has none."""
    for name, account in session.settings.accounts.items():
        if account.appid == appid:
            return AccountName(name)
    raise ConfigurationError(
        Phrase("no account in massctl.yaml has the AppID {appid}", appid=appid),
        Phrase("A job was sent with it, and its state cannot be asked without the account. Nothing was changed."),
        Phrase("bring the account back under accounts: in massctl.yaml"),
    )


def require_ledger(session: Session, state: State) -> None:
    """Raise a LedgerError where the ledger that massctl.yaml names is not here: "nothing recorded" would be false."""
    refuse_by(ledger_refusal(session, state, []))


def trust(session: Session, state: State) -> None:
    """Raise a LedgerError where this ledger may not be written by this repository."""
    refuse_by(ledger_refusal(session, state, list(session.settings.accounts)))


def refuse_by(refusal: Refusal | None) -> None:
    """Raise what a guard of the ledger says, if it says anything."""
    if refusal is None:
        return
    kind: type[LedgerError] = LedgerMissingError if refusal.guard is Guard.LEDGER_MISSING else LedgerForeignError
    raise kind(refusal.message, hint=refusal.hint)
