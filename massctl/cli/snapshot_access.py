"""The people of audiences, as a command reaches them: the place, the key, and what the ledger says was erased."""

from collections.abc import Iterator

from massctl.apply.outcome import what_happened
from massctl.audience.member_sets import MemberSets
from massctl.audience.snapshots import FINISH, UNFINISHED
from massctl.cli.session import Session
from massctl.errors import SnapshotError
from massctl.model.audience import AudienceName, NamedAudience
from massctl.model.campaign import parse_offset_time
from massctl.model.diagnostics import Check, Finding, Level
from massctl.model.ids import CampaignName, Sha256, unprefixed
from massctl.model.phrase import Command, Phrase, plural_phrase
from massctl.model.state import FINAL, Record, State, status_of
from massctl.source.audiences import Audiences
from massctl.source.campaigns import load_campaign


def frozen_audiences(session: Session) -> list[NamedAudience]:
    """Return the audiences of the repository that have a lock."""
    audiences = Audiences(session.repository, session.settings)
    every = [audiences.audience(name) for name in audiences.names]
    return [each for each in every if each is not None and each.lock is not None]


def audience_findings(session: Session, state: State) -> Iterator[Finding]:
    """Check whether this machine can read the people of audiences; nothing where there are none."""
    frozen = frozen_audiences(session)
    if not frozen:
        return
    try:
        snapshots = session.snapshots(state)
        known = set(snapshots.known())
        for each in frozen:
            if each.lock is not None and each.lock.openid_list.sha256 not in known:
                say = Phrase(
                    "the snapshot of {name} is not in {place}",
                    name=each.name,
                    place=snapshots.where,
                )
                hint = Phrase(
                    "{command}   freezes it again", command=Command("audience freeze", each.name)
                )
                yield Finding(Check.AUDIENCES, Level.PROBLEM, say, hint)
        readable = [each.lock.openid_list.sha256 for each in frozen if each.lock is not None]
        with MemberSets() as sets:
            # One of them shows whether the key is right.
            for sha256 in sorted(known.intersection(readable))[:1]:
                snapshots.open(sets, sha256)
        if snapshots.leftovers():
            hint = Phrase("{command}   finishes it", command=FINISH)
            yield Finding(Check.AUDIENCES, Level.WARNING, UNFINISHED, hint)
    except SnapshotError as error:
        yield Finding(Check.AUDIENCES, Level.PROBLEM, what_happened(error), error.hint)
        return
    say = plural_phrase(
        "the people of {count} audience are in {place}",
        "the people of {count} audiences are in {place}",
        count=len(frozen),
        place=snapshots.where,
    )
    yield Finding(Check.AUDIENCES, Level.OK, say)


def erase_expired(session: Session, state: State) -> list[Sha256]:
    """Erase snapshots older than `keep_for` that no send needs; return their names."""
    audiences = Audiences(session.repository, session.settings)
    keep = {
        AudienceName(name): int(file.keep_for.removesuffix("d"))
        for name in audiences.names
        if (found := audiences.audience(name)) is not None and (file := found.file) is not None
    }
    return session.snapshots(state).expire(
        session.clock.now(), keep, _needed(session, state, audiences)
    )


def _needed(session: Session, state: State, audiences: Audiences) -> set[Sha256]:
    """Return the snapshots of sends that are not over, and of audiences that a campaign is about to go to."""
    now, needed = session.clock.now(), set[Sha256]()
    frozen = {
        name: found.lock.openid_list.sha256
        for name in audiences.names
        if (found := audiences.audience(name)) is not None and found.lock is not None
    }
    for name in session.repository.campaign_folders.names:
        file = load_campaign(session.repository, CampaignName(name), session.settings).file
        if file is None:
            return {*needed, *frozen.values(), *_in_doubt(state)}  # It may go to any of them.
        end = parse_offset_time(file.send.not_after)
        record = state.record(CampaignName(name), file.edition)
        if (end is not None and end < now) or status_of(record) in FINAL:
            continue
        needed |= snapshots_sent_to(record)
        if file.audience.of is not None and file.audience.of in frozen:
            needed.add(frozen[AudienceName(file.audience.of)])
    return needed | _in_doubt(state)


def _in_doubt(state: State) -> set[Sha256]:
    """Return the snapshots of sends of which nobody knows whether followers have them."""
    return {each for record in state.index.open.values() for each in snapshots_sent_to(record)}


def snapshots_sent_to(record: Record) -> set[Sha256]:
    """Return the snapshots that a send goes to: the approved one, and that of those who stayed."""
    named = {str(each.event.audience.get("sha256", "")) for each in record.attempts}
    if record.cut is not None:
        named |= {record.cut.snapshot, record.cut.kept_snapshot}
    return {unprefixed(each) for each in named if each}
