"""What others do between two runs, or at any boundary inside one: the console, people, clocks, a backup, the ledger.

Each is a function of the situation, by its name in a schedule: alone it happens before a run, and with `AT` and the
number of a boundary behind it in the midst of one, while massctl waits for a call, a push, or the disk.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from building import APPID
from copies import replace
from openid_samples import BATCHES
from simulation.crashing import Boundaries
from simulation.disk import ELSEWHERE, SimDisk
from simulation.scenario import Clone, Situation, settle_not_sent, settle_sent, state_of
from simulation.world import SLOW, MassJob, Remembered

from massctl.apply.jobs import record_finish
from massctl.apply.journal import LedgerSession
from massctl.apply.reconcile import Statement, adopt_draft
from massctl.errors import MassctlError
from massctl.model.entries import (
    Created,
    JobFinish,
    JobState,
    JobStatus,
    ListEnded,
    NewEntry,
    Repaired,
)
from massctl.model.ids import CampaignName, ClientMsgId, MsgId, sha256_of
from massctl.model.state import Record
from massctl.plan.reach import Known, is_contradicted, needs_word, reach
from massctl.plan.remainder import rest_of_list

CLOCK_FAST: Final = timedelta(hours=31)
CLOCK_SLOW: Final = timedelta(hours=-3, minutes=-55)
"""Within the margin of four hours that a repetition keeps."""


SLEEP: Final = timedelta(hours=2)
CONSOLE_WROTE: Final = "<p>半价</p>"
"""What a person adds to a draft in the console."""


def documented_id(appid: str, campaign: str, edition: int, batch: int = 1) -> str:
    """Derive a clientmsgid as docs/concepts/exactly-once.md says, without a line of massctl."""
    return hashlib.sha256(f"{appid}\0{campaign}\0{edition}\0{batch}".encode()).hexdigest()[:32]


def _console_changes(situation: Situation) -> None:
    for media_id, articles in situation.wechat.drafts.items():
        situation.wechat.drafts[media_id] = tuple(
            replace(a, content=a.content + CONSOLE_WROTE) for a in articles
        )


def _console_writes_what_was_left_open(situation: Situation) -> None:
    """Somebody chooses a digest, and what is shown of the cover."""
    wechat = situation.wechat
    wechat.edited = wechat.edited.union(wechat.drafts)
    for media_id, articles in wechat.drafts.items():
        wechat.drafts[media_id] = tuple(
            replace(a, digest="先到先得", pic_crop_1_1="0_0_0.5_1") for a in articles
        )


def _console_sends(situation: Situation) -> None:
    for media_id in list(situation.wechat.drafts):
        situation.wechat.send_in_console(media_id)


def _console_deletes(situation: Situation) -> None:
    situation.wechat.drafts.clear()


def _console_empties_the_library(situation: Situation) -> None:
    situation.wechat.materials.clear()


def _tag_is_empty(situation: Situation) -> None:
    situation.wechat.tags_count = dict.fromkeys(situation.wechat.tags_count, 0)


def _few_have_the_tag(situation: Situation) -> None:
    situation.wechat.tags_count = dict.fromkeys(situation.wechat.tags_count, 50)


def _tag_is_gone(situation: Situation) -> None:
    situation.wechat.tags_count = {}


def _name_goes_to_another_tag(situation: Situation) -> None:
    """The tag is renamed, and a new one gets its name."""
    wechat = situation.wechat
    wechat.tags_of = {id_ + 1000: name for id_, name in wechat.tags_of.items()}
    wechat.tags_count |= dict.fromkeys(wechat.tags_of, 5)


def _name_is_changed(situation: Situation) -> None:
    """The tag stays, under another name, and nothing has the old one."""
    situation.wechat.tags_of = {
        id_: f"{name}（旧）" for id_, name in situation.wechat.tags_of.items()
    }


def _many_follow(situation: Situation) -> None:
    situation.wechat.followers = 900_000


def _throws_the_switch(situation: Situation) -> None:
    situation.wechat.sending_allowed = False


def _files_change(situation: Situation) -> None:
    """Somebody edits a campaign's files, or pulls; the next run reads them as they are then."""
    situation.wechat.files_as_read = False


def _machine_sleeps(situation: Situation) -> None:
    """The machine stands still for two hours, and its clock with it."""
    situation.wechat.clock.moment += SLEEP
    situation.wechat.clock.ahead -= SLEEP


def _time_passes(situation: Situation) -> None:
    """Whatever massctl does in this moment, the disk or the machine is slow with it."""
    situation.wechat.clock.moment += SLOW


def _very_late_arrives(situation: Situation) -> None:
    """A draft takes effect whose request was given up, in an earlier run or in this one.

    After its send nobody looks for it any more: the run that sent said that it may come up.
    """
    situation.wechat.edited |= situation.wechat.too_late(situation.wechat.very_late_drafts)
    situation.wechat.drafts |= situation.wechat.very_late_drafts
    situation.wechat.very_late_drafts.clear()


def _older_ledger(situation: Situation) -> None:
    disk = situation.disk
    if disk.backup is not None:
        disk.content = disk.flushed = disk.promised = disk.backup
        # The books forget the requests that this ledger knows nothing of; the jobs they led to stay.
        situation.wechat.departures[:] = [
            d for d in situation.wechat.departures if d.recipient is not None
        ]


def _older_ledger_elsewhere(situation: Situation) -> None:
    """Restore it on a machine that never saw the ledger."""
    _older_ledger(situation)
    situation.locks = ELSEWHERE


def _in_a_clone(
    *,
    second: bool = False,
    begins: bool = False,
    commits: bool = False,
    pushes: bool = False,
    from_before: bool = False,
) -> Any:
    """Let a person begin the ledger of a clone, commit the line that names it, and push that.

    The second clone is of what the remote has by then. Whoever comes second cannot push. With `from_before` it is of a
    branch that was forked before anybody named a ledger, and pushes to that branch.
    """

    def work(situation: Situation) -> None:
        clone = situation.clone or Clone()
        if second:
            named = None if from_before else clone.remote
            clone, situation.disk = Clone(named, named, clone.remote, is_second=True), SimDisk()
        if begins and clone.named is None:
            created = Created(lineage=clone.lineage, realm="loopback")
            situation.ledger().append(
                0, [NewEntry(at=situation.moment, event=created)], durable=True
            )
            clone = replace(clone, named=clone.lineage)
        clone = replace(clone, head=clone.named) if commits else clone
        if pushes and from_before:
            clone = replace(clone, own_branch=clone.head)
        elif pushes:
            clone = replace(clone, remote=clone.remote or clone.head)
        situation.clone = clone

    return work


def _damaged(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Situation], None]:
    """Let somebody edit the file from the inside, where an attempt stands in it; its end stays as it was."""

    def damage(situation: Situation) -> None:
        disk = situation.disk
        lines = (disk.content or b"").split(b"\n")
        if any(b'"type":"send_attempted"' in line for line in lines):
            disk.content = disk.flushed = disk.promised = b"\n".join(change(lines))
            disk.damaged_after = situation.wechat.run
            disk.is_of_another_machine()  # On a machine that never saw it whole, only its chain can tell.

    return damage


def _rewritten(
    change: Callable[[bytes], bytes], *, seen: bool = False
) -> Callable[[Situation], None]:
    """Let the whole file become something else, on a machine that never saw it whole, or on the one that did."""

    def rewrite(situation: Situation) -> None:
        disk = situation.disk
        if disk.content is not None and disk.content.count(b"\n") > 1:
            disk.content = disk.flushed = disk.promised = change(disk.content)
            disk.damaged_after = situation.wechat.run
            if not seen:
                disk.is_of_another_machine()

    return rewrite


def _repaired(*, newest: bool = False) -> Callable[[Situation], None]:
    """Let a person repair a ledger that is damaged from an attempt on, on a machine that never saw it whole.

    It is the first attempt, or the newest.
    """

    def repair(situation: Situation) -> None:
        disk, attempt = situation.disk, b'"type":"send_attempted"'
        content = disk.content or b""
        at = content.rfind(attempt) if newest else content.find(attempt)
        if at < 0:
            return
        kept, dropped = content[: content.rindex(b"\n", 0, at) + 1], content[at:]
        disk.content = disk.flushed = disk.promised = kept
        disk.is_of_another_machine()
        cut = Repaired(
            dropped_bytes=len(dropped),
            dropped_sha256=sha256_of(dropped),
            reason="a bad disk",
            by="li",
        )
        _at_work(situation).record(cut)
        # The books forget the requests that this ledger knows nothing of; the jobs they led to stay.
        departures, known = situation.wechat.departures, kept.count(attempt)
        sends = [each for each in departures if each.recipient is None]
        departures[:] = [
            each for each in departures if each.recipient is not None or each in sends[:known]
        ]

    return repair


def _half(content: bytes) -> bytes:
    """Cut a file in half, in the midst of a line."""
    end = len(content) // 2
    return content[: end - 1] if content[end - 1 : end] == b"\n" else content[:end]


def _merged_by_hand(content: bytes) -> bytes:
    """Leave the marks of a merge around what two sides wrote behind the first half."""
    lines = content.splitlines(keepends=True)
    base, ours = lines[: len(lines) // 2], lines[len(lines) // 2 :]
    return b"".join([*base, b"<<<<<<< HEAD\n", *ours, b"=======\n", *ours[:1], b">>>>>>> other\n"])


def _of_both_sides(content: bytes) -> bytes:
    """Keep what one side wrote, and behind it what the other side wrote from the same line on."""
    lines = content.splitlines(keepends=True)
    ours = lines[len(lines) // 2 :]
    return b"".join(
        [*lines[: len(lines) // 2], *(each.replace(b'"words"', b'"other"') for each in ours), *ours]
    )


def _doubled(content: bytes) -> bytes:
    """Write every line behind the first twice."""
    first, *lines = content.splitlines(keepends=True)
    return first + b"".join(each + each for each in lines)


def _without_attempts(lines: list[bytes]) -> list[bytes]:
    return [line for line in lines if b'"type":"send_' not in line]


def _with_a_torn_attempt(lines: list[bytes]) -> list[bytes]:
    return [
        line[: len(line) // 2] if b'"type":"send_attempted"' in line else line for line in lines
    ]


def _of_another_campaign(lines: list[bytes]) -> list[bytes]:
    other = [line.replace(b'"campaign":"words"', b'"campaign":"wordz"') for line in lines]
    return [
        re.sub(rb'("message_digest":"sha256:)[0-9a-f]{8}', rb"\g<1>00000000", line)
        for line in other
    ]


def _many_have_the_tag(situation: Situation) -> None:
    situation.wechat.tags_count = dict.fromkeys(situation.wechat.tags_count, 5000)


def _clock(ahead: timedelta) -> Callable[[Situation], None]:
    def set_clock(situation: Situation) -> None:
        situation.ahead = situation.wechat.clock.ahead = ahead

    return set_clock


def _sent_by_another_machine(situation: Situation) -> None:
    """The same repository was applied elsewhere, an hour ago."""
    wechat, name = situation.wechat, ClientMsgId(documented_id(APPID, "words", 1))
    job = MassJob(MsgId(3147000001), name, situation.moment - timedelta(hours=1), "今晚八点")
    wechat.jobs.append(job)
    wechat.memory[name] = Remembered(job.msg_id, job.at, job.at)


def _person_settles(situation: Situation) -> None:
    """A person looks into the console and says the truth about every open attempt."""
    book = _at_work(situation)
    departures, testimony = situation.wechat.departures, Statement("looked it up", "li")
    for record in [each for each in book.state.records.values() if each.open_attempts]:
        newest = record.open_attempts[-1].event
        known = documented_id(newest.appid, record.campaign, record.edition, newest.batch)
        sent = any(job.client_msg_id == known for job in situation.wechat.jobs)
        (settle_sent if sent else settle_not_sent)(record, testimony, None, book)
        unclear = [d for d in departures if d.answer == "unclear"]
        situation.wechat.told_sent.update(
            {(d.subject, d.openids): situation.wechat.run for d in unclear} if sent else {}
        )
        departures[:] = [replace(d, answer="settled") if d in unclear else d for d in departures]


def _person_says_not_sent(situation: Situation) -> None:
    """A person looks too early, or at the wrong list, and says of every open attempt that it was not sent."""
    book = _at_work(situation)
    for record in [each for each in book.state.records.values() if each.open_attempts]:
        settle_not_sent(record, Statement("it is not under 群发记录", "li"), None, book)


def _person_says_that_what_was_lost_was_not_sent(situation: Situation) -> None:
    """A person looks too early, or at the wrong list, and calls the first batch that is lost not sent."""
    book = _at_work(situation)
    for record in [each for each in book.state.records.values() if needs_word(each, book.state)]:
        lost = next(
            each.batch for each in reach(record, book.state).values() if each.known is Known.LOST
        )
        settle_not_sent(record, Statement("it is not under 群发记录", "li", batch=lost), None, book)


def _person_sends_what_was_refused(situation: Situation) -> None:
    """A person sends by hand what WeChat refused, to the very same people, and says so."""
    book, wechat = _at_work(situation), situation.wechat
    for record in [each for each in book.state.records.values() if _is_refused(each)]:
        named = record.attempts[-1].event.client_msg_id.encode()
        refused = next(d for d in reversed(wechat.departures) if named in d.request)
        job = MassJob(
            MsgId(3147000001 + len(wechat.jobs)),
            None,
            wechat.clock.moment,
            refused.subject,
            None,
            refused.openids,
        )
        wechat.jobs.append(job)
        settle_sent(record, Statement("sent it in the console", "li"), None, book)
        wechat.told_sent[refused.subject, refused.openids] = wechat.run


def _person_makes_a_campaign_for_the_rest(situation: Situation) -> None:
    """A person ends a list, and another campaign reaches those whom massctl names as its rest."""
    book, wechat = _at_work(situation), situation.wechat
    for record in [each for each in book.state.records.values() if not each.given]:
        with suppress(MassctlError):
            rest = rest_of_list(book.state, record.campaign, CampaignName("rest"))
            book.record(
                ListEnded(rest="rest", batches=[each.batch for each in rest.lacking], by="li"),
                record,
            )
            for each in rest.lacking:
                msg_id, openids = MsgId(3147000001 + len(wechat.jobs)), BATCHES[each.batch - 1]
                subject = wechat.departures[-1].subject
                wechat.jobs.append(
                    MassJob(msg_id, None, wechat.clock.moment, subject, None, openids)
                )


def _newest_job_fails(situation: Situation) -> None:
    """WeChat fails a job that nobody has got yet, and its event comes."""
    book, jobs = _at_work(situation), situation.wechat.jobs
    if jobs and not jobs[-1].failed:
        jobs[-1] = replace(jobs[-1], failed=True)
        _told_by_event(book, jobs[-1], "failed", reason="err(10001)")


def _two_ends_are_told(situation: Situation) -> None:
    """Followers have the newest job, and its events say so, and also that it failed."""
    book, jobs = _at_work(situation), situation.wechat.jobs
    for job in jobs[-1:]:
        _told_by_event(book, job, "sent", total_count=9, sent_count=9)
        _told_by_event(book, job, "failed", reason="err(10001)")


def _person_finds_out_which_end_is_true(situation: Situation) -> None:
    book = _at_work(situation)
    for record in [
        each for each in book.state.records.values() if is_contradicted(each, book.state)
    ]:
        settle_sent(record, Statement("followers have it", "li"), None, book)


def _told_by_event(book: LedgerSession, job: MassJob, status: JobState, **more: Any) -> None:
    said = JobStatus(msg_id=job.msg_id, status=status, source="event", **more)
    record_finish(JobFinish(said), None, book, {})


def _is_refused(record: Record) -> bool:
    last = record.attempts[-1] if record.attempts else None
    refusal = last.rejection if last is not None and not record.open_attempts else None
    return (
        refusal is not None
        and refusal.errcode is not None
        and last.event.batch not in record.sent_batches
    )


def _person_keeps_the_consoles_version(situation: Situation) -> None:
    """Somebody opens comments in every draft, and keeps that; what may not be kept is put back."""
    wechat, book = situation.wechat, _at_work(situation)
    before = dict(wechat.drafts)
    for media_id, articles in before.items():
        wechat.drafts[media_id] = tuple(replace(each, need_open_comment=False) for each in articles)
    for campaign in wechat.rules.approved:
        try:
            adopt_draft(campaign, Statement("comments stay closed", "li"), wechat, book)
        except MassctlError:
            wechat.drafts |= {media_id: before[media_id] for media_id in wechat.drafts}
    wechat.calls.clear()


def _at_work(situation: Situation) -> LedgerSession:
    """Open the ledger as a person's command does, which meets no fault."""
    situation.disk.boundaries = Boundaries()
    ledger = situation.ledger()
    return LedgerSession(ledger, situation.wechat.clock, state_of(ledger))


BETWEEN: Final[Mapping[str, Callable[[Situation], Any]]] = {
    "": lambda _: None,
    "the console changes the draft": _console_changes,
    "the console writes what was left open": _console_writes_what_was_left_open,
    "the console sends the draft": _console_sends,
    "the console deletes the draft": _console_deletes,
    "the console empties the material library": _console_empties_the_library,
    "nobody has the tag any more": _tag_is_empty,
    "few have the tag": _few_have_the_tag,
    "the tag is gone": _tag_is_gone,
    "the tag's name goes to another": _name_goes_to_another_tag,
    "the tag's name is changed": _name_is_changed,
    "many have the tag": _many_have_the_tag,
    "many follow the account": _many_follow,
    "the kill switch": _throws_the_switch,
    "40 s pass": _time_passes,
    "the files are edited": _files_change,
    "the machine sleeps": _machine_sleeps,
    "what is very late arrives": _very_late_arrives,
    "attempts are cut out of the ledger": _damaged(_without_attempts),
    "an attempt is torn in the midst of the ledger": _damaged(_with_a_torn_attempt),
    "what was sent is given to another campaign": _damaged(_of_another_campaign),
    "an older ledger is put back": _older_ledger,
    "an older ledger comes to another machine": _older_ledger_elsewhere,
    "the ledger is empty": _rewritten(lambda _: b""),
    "the ledger is full of zeros": _rewritten(lambda _: bytes(4096)),
    "the ledger is cut in half": _rewritten(_half, seen=True),
    "a copy of the ledger that was cut comes to another machine": _rewritten(_half),
    "the ledger is cut within its first line": _rewritten(lambda content: content[:40], seen=True),
    "a damaged ledger is repaired": _repaired(),
    "the newest attempt is lost in a repair": _repaired(newest=True),
    "zeros stand behind the ledger": _rewritten(lambda content: content + bytes(512)),
    "zeros stand behind the ledger where it was written": _rewritten(
        lambda content: content + bytes(512), seen=True
    ),
    "the ledger is merged by hand": _rewritten(_merged_by_hand),
    "the ledger has lines of both sides": _rewritten(_of_both_sides),
    "the ledger has every line twice": _rewritten(_doubled),
    "a person begins the ledger": _in_a_clone(begins=True),
    "a person begins and commits the ledger": _in_a_clone(begins=True, commits=True),
    "a person begins, commits and pushes the ledger": _in_a_clone(
        begins=True, commits=True, pushes=True
    ),
    "another clone is made": _in_a_clone(second=True),
    "another clone is made, and its ledger begun": _in_a_clone(second=True, begins=True),
    "another clone is made, and its ledger begun and committed": _in_a_clone(
        second=True, begins=True, commits=True
    ),
    "another clone is made, and its ledger begun, committed and pushed": _in_a_clone(
        second=True, begins=True, commits=True, pushes=True
    ),
    "another clone is made of an older branch, and its ledger begun, committed and pushed there": _in_a_clone(
        second=True, begins=True, commits=True, pushes=True, from_before=True
    ),
    "the clock is 31 h fast": _clock(CLOCK_FAST),
    "the clock is 3 h 55 min slow": _clock(CLOCK_SLOW),
    "the clock is right": _clock(timedelta(0)),
    "another machine sends it": _sent_by_another_machine,
    "a person settles": _person_settles,
    "a person makes a campaign for the rest": _person_makes_a_campaign_for_the_rest,
    "the newest job fails": _newest_job_fails,
    "two ends are told of the newest job": _two_ends_are_told,
    "a person finds out which end is true": _person_finds_out_which_end_is_true,
    "a person says not sent": _person_says_not_sent,
    "a person says that what was lost was not sent": _person_says_that_what_was_lost_was_not_sent,
    "a person sends what was refused": _person_sends_what_was_refused,
    "a person keeps the console's version": _person_keeps_the_consoles_version,
}
"""What happens between two runs, or inside one, by its name in a schedule."""

AT: Final = " at boundary "
"""Behind one of those and before the number of a boundary: it happens there. Without a number it is for all of them."""

KILL_SWITCH: Final = "kill switch "
"""Followed by the name of a boundary: sending is disabled when the run first reaches it."""
RIVAL: Final = "rival "
"""Followed by the number of a boundary: another runner makes a whole run there."""
TWIN: Final = "twin "
"""Followed by the number of a boundary: as a rival, and in the very same moment, so that both write the same lines."""
NEIGHBOUR: Final = "neighbour "
"""Followed by the number of a boundary: as a rival, from another checkout that shares the ledger by a link."""
INTERRUPT: Final = "Ctrl-C "
"""Followed by the number of a boundary: the operator interrupts the run there."""
FULL: Final = "full disk "
"""Followed by the number of a boundary: from there on the run can write nothing more."""
RIVALS: Final = (RIVAL, TWIN, NEIGHBOUR)
ANYWHERE: Final = (*RIVALS, INTERRUPT, FULL)
"""What may happen at every boundary; alone, without a number, each stands for all of them."""


def is_for_every_boundary(during: str) -> bool:
    """Say whether something may happen at every boundary, and the boundary is still to be chosen."""
    return during in ANYWHERE or during.endswith(AT)
