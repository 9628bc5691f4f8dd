"""What others do between two runs, and during one: the console, a person, another machine, clocks, a backup."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from building import APPID
from simulation.crashing import Boundaries
from simulation.scenario import Situation, state_of
from simulation.world import MassJob, Remembered

from massctl.apply.book import Book
from massctl.apply.reconcile import Testimony, settle_not_sent, settle_sent
from massctl.model.names import ClientMsgId, MsgId

CLOCK_FAST: Final = timedelta(hours=31)
CLOCK_SLOW: Final = timedelta(hours=-3, minutes=-55)
"""Within the margin of four hours that a repetition keeps."""


def documented_id(appid: str, campaign: str, edition: int, batch: int = 1) -> str:
    """Derive a clientmsgid as docs/concepts/exactly-once.md says, without a line of massctl."""
    return hashlib.sha256(f"{appid}\0{campaign}\0{edition}\0{batch}".encode()).hexdigest()[:32]


def _console_changes(situation: Situation) -> None:
    for media_id, articles in situation.wechat.drafts.items():
        situation.wechat.drafts[media_id] = tuple(replace(a, content=a.content + "<p>半价</p>") for a in articles)


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


def _older_ledger(situation: Situation) -> None:
    disk = situation.disk
    if disk.backup is not None:
        disk.content = disk.flushed = disk.promised = disk.backup
        # The books forget the requests that this ledger knows nothing of; the jobs they led to stay.
        situation.wechat.departures[:] = [d for d in situation.wechat.departures if d.recipient is not None]


def _damaged(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Situation], None]:
    """Let somebody edit the file from the inside, where an attempt stands in it; its end stays as it was."""

    def damage(situation: Situation) -> None:
        disk = situation.disk
        lines = (disk.content or b"").split(b"\n")
        if any(b'"type":"send_attempted"' in line for line in lines):
            disk.content = disk.flushed = disk.promised = b"\n".join(change(lines))
            disk.damaged_after = situation.wechat.run
            disk.beside.clear()  # On a machine that never saw it whole, only its chain can tell.

    return damage


def _without_attempts(lines: list[bytes]) -> list[bytes]:
    return [line for line in lines if b'"type":"send_' not in line]


def _with_a_torn_attempt(lines: list[bytes]) -> list[bytes]:
    return [line[: len(line) // 2] if b'"type":"send_attempted"' in line else line for line in lines]


def _of_another_campaign(lines: list[bytes]) -> list[bytes]:
    other = [line.replace(b'"campaign":"words"', b'"campaign":"wordz"') for line in lines]
    return [re.sub(rb'("message_digest":"sha256:)[0-9a-f]{8}', rb"\g<1>00000000", line) for line in other]


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
    situation.disk.boundaries = Boundaries()
    ledger = situation.ledger()
    state = state_of(ledger)
    book = Book(ledger, situation.wechat.clock, state)
    departures, testimony = situation.wechat.departures, Testimony("looked it up", "li")
    for record in [each for each in state.records.values() if each.open_attempts]:
        known = documented_id(APPID, record.campaign, record.edition, record.open_attempts[-1].event.batch)
        sent = any(job.client_msg_id == known for job in situation.wechat.jobs)
        (settle_sent if sent else settle_not_sent)(record, testimony, None, book)
        unclear = [d for d in departures if d.answer == "unclear"]
        situation.wechat.told_sent.update(
            {(d.subject, d.openids): situation.wechat.run for d in unclear} if sent else {}
        )
        departures[:] = [replace(d, answer="settled") if d in unclear else d for d in departures]


BETWEEN: Final[Mapping[str, Callable[[Situation], Any]]] = {
    "": lambda _: None,
    "the console changes the draft": _console_changes,
    "the console sends the draft": _console_sends,
    "the console deletes the draft": _console_deletes,
    "the console empties the material library": _console_empties_the_library,
    "nobody has the tag any more": _tag_is_empty,
    "few have the tag": _few_have_the_tag,
    "the tag is gone": _tag_is_gone,
    "the tag's name goes to another": _name_goes_to_another_tag,
    "many have the tag": _many_have_the_tag,
    "attempts are cut out of the ledger": _damaged(_without_attempts),
    "an attempt is torn in the midst of the ledger": _damaged(_with_a_torn_attempt),
    "what was sent is given to another campaign": _damaged(_of_another_campaign),
    "an older ledger is put back": _older_ledger,
    "the clock is 31 h fast": _clock(CLOCK_FAST),
    "the clock is 3 h 55 min slow": _clock(CLOCK_SLOW),
    "the clock is right": _clock(timedelta(0)),
    "another machine sends it": _sent_by_another_machine,
    "a person settles": _person_settles,
}
"""What happens between two runs, by its name in a schedule."""

KILL_SWITCH: Final = "kill switch "
"""Followed by the name of a boundary: sending is disabled when the run first reaches it."""
RIVAL: Final = "rival "
"""Followed by the number of a boundary: another runner makes a whole run there."""
TWIN: Final = "twin "
"""Followed by the number of a boundary: as a rival, and in the very same moment, so that both write the same lines."""
INTERRUPT: Final = "Ctrl-C "
"""Followed by the number of a boundary: the operator interrupts the run there."""
FULL: Final = "full disk "
"""Followed by the number of a boundary: from there on the run can write nothing more."""
ANYWHERE: Final = (RIVAL, TWIN, INTERRUPT, FULL)
"""What may happen at every boundary; alone, without a number, each stands for all of them."""
