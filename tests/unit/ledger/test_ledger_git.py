"""The git backend above its branch: what is pushed when, who loses a race, and what an unclear answer comes to."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

import pytest
from branches import PushFault, SimBranch, SimRemote
from building import APPID, LINEAGE, NOW, as_new, attempted, sha, text
from simulation.world import SimClock

from massctl.apply.journal import LedgerSession
from massctl.errors import (
    LedgerCorruptError,
    LedgerForeignError,
    LedgerOlderError,
    LedgerStaleError,
    LedgerUnreachableError,
)
from massctl.ledger import git_ledger
from massctl.ledger.chained_ledger import KEPT_BACK_MAX
from massctl.ledger.git_branch import Pushed, Tip
from massctl.ledger.git_ledger import SEGMENTS, GitArchive, GitLedger
from massctl.model.entries import Created, Expired, ImageUploaded, NewEntry
from massctl.model.state import State

WORDS = text("words")
CREATED = as_new(Created(lineage=LINEAGE, realm="loopback"))
MORE = as_new((Expired(not_after=NOW), WORDS))
ATTEMPT = as_new(attempted(WORDS))
FILE = "massctl.state.jsonl"
Open = Callable[..., GitLedger]


def image(name: str, after: timedelta = timedelta(0)) -> NewEntry:
    event = ImageUploaded(appid=APPID, sha256=sha(name), url=f"https://mmbiz.qpic.cn/{name}/0")
    return NewEntry(at=NOW + after, event=event)


@pytest.fixture
def remote() -> SimRemote:
    return SimRemote()


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def opened(remote: SimRemote, tmp_path: Path, slept: list[float]) -> Open:
    """Open the branch as another runner on another machine would."""
    runners = iter("abcdefgh")

    def open_ledger(
        *faults: PushFault | None, before_push: Callable[[], None] | None = None
    ) -> GitLedger:
        runner = next(runners)
        branch = SimBranch(remote, runner, faults, before_push)
        return GitLedger(branch, tmp_path / runner / "locks", slept.append)

    return open_ledger


@pytest.fixture
def begun(opened: Open) -> GitLedger:
    ledger = opened()
    ledger.read(0)
    ledger.append(0, [CREATED], durable=True)
    return ledger


def types(ledger: GitLedger) -> list[str]:
    return [entry.event.type for entry in ledger.read(0)]


def test_the_first_push_makes_the_branch_and_says_what_it_is(begun: GitLedger, remote: SimRemote):
    assert remote.head is not None
    assert {"README.md", FILE} == set(remote.commits[remote.head][1])


def test_what_nothing_waits_for_shares_the_next_push(
    begun: GitLedger, opened: Open, remote: SimRemote
):
    begun.append(1, [image("one")], durable=False)
    begun.append(2, [image("two")], durable=False)
    assert (1, ["created"]) == (remote.pushes, types(opened()))
    written = begun.append(3, [ATTEMPT], durable=True)
    assert (2, [4]) == (remote.pushes, [entry.serial for entry in written])
    assert ["created", "image_uploaded", "image_uploaded", "send_attempted"] == types(opened())


def test_what_has_waited_long_is_pushed_by_itself(begun: GitLedger, remote: SimRemote):
    begun.append(1, [image("one")], durable=False)
    begun.append(2, [image("two", KEPT_BACK_MAX / 2)], durable=False)
    assert 1 == remote.pushes
    begun.append(3, [image("three", KEPT_BACK_MAX)], durable=False)
    assert 2 == remote.pushes


def test_two_runners_that_write_the_same_in_the_same_moment_are_two(begun: GitLedger, opened: Open):
    """The lines are equal byte for byte; only one of the two may take them for its own."""
    other = opened(PushFault.ANSWER_LOST)
    other.read(0)
    begun.append(1, [ATTEMPT], durable=True)
    with pytest.raises(LedgerStaleError):
        other.append(1, [ATTEMPT], durable=True)


def test_after_a_lost_race_what_waits_comes_behind_the_others_entries(
    begun: GitLedger, opened: Open
):
    other = opened()
    other.read(0)
    other.append(1, [image("one")], durable=False)
    begun.append(1, [MORE], durable=True)
    with pytest.raises(LedgerStaleError):
        other.append(2, [ATTEMPT], durable=True)
    assert ["created", "expired", "image_uploaded"] == types(other)
    other.append(3, [], durable=True)
    assert ["created", "expired", "image_uploaded"] == types(opened())


@pytest.mark.parametrize("faults", [1, 2, 3])
def test_a_push_that_did_not_leave_is_made_again(
    faults: int, begun: GitLedger, opened: Open, slept: list[float]
):
    ledger = opened(*[PushFault.NOT_LEFT] * faults)
    ledger.read(0)
    ledger.append(1, [ATTEMPT], durable=True)
    assert ["created", "send_attempted"] == types(opened())
    assert faults == len(slept)


def test_a_push_that_never_leaves_is_an_error_and_nothing_is_written(
    begun: GitLedger, opened: Open
):
    ledger = opened(*[PushFault.NOT_LEFT] * 4)
    ledger.read(0)
    with pytest.raises(LedgerUnreachableError):
        ledger.append(1, [ATTEMPT], durable=True)
    assert ["created"] == types(opened())


def test_a_push_that_arrived_without_an_answer_is_found(
    begun: GitLedger, opened: Open, remote: SimRemote
):
    ledger = opened(PushFault.ANSWER_LOST)
    ledger.read(0)
    written = ledger.append(1, [ATTEMPT], durable=True)
    assert ([2], 2) == ([entry.serial for entry in written], remote.pushes)
    ledger.append(2, [MORE], durable=True)
    assert ["created", "send_attempted", "expired"] == types(opened())


def test_a_push_that_arrived_is_found_behind_what_others_wrote_since(
    begun: GitLedger, opened: Open
):
    other = opened()

    class Overtaken(SimBranch):
        def push(self, tip):
            pushed = super().push(tip)
            if other is not None and not others:
                others.append(other.read(0))
                other.append(2, [MORE], durable=True)
            return pushed

    others: list[object] = []
    ledger = opened(PushFault.ANSWER_LOST)
    ledger.store._branch.__class__ = Overtaken
    ledger.read(0)
    assert [2] == [entry.serial for entry in ledger.append(1, [ATTEMPT], durable=True)]
    with pytest.raises(LedgerStaleError):  # It goes on only when it has read the other's entry.
        ledger.append(2, [MORE], durable=True)
    assert ["created", "send_attempted", "expired"] == types(ledger)


def test_a_push_that_arrives_late_changes_nothing_of_what_was_said(
    begun: GitLedger, opened: Open, remote: SimRemote
):
    ledger = opened(*[PushFault.LATE] * 4)
    ledger.read(0)
    with pytest.raises(LedgerUnreachableError):
        ledger.append(1, [ATTEMPT], durable=True)
    remote.arrive()
    assert ["created", "send_attempted"] == types(opened())


def test_a_late_push_and_its_repetition_are_the_same_one(
    begun: GitLedger, opened: Open, remote: SimRemote
):
    ledger = opened(PushFault.LATE)
    ledger.read(0)
    ledger.append(1, [ATTEMPT], durable=True)
    remote.arrive()
    assert ["created", "send_attempted"] == types(opened())


def test_where_the_remote_goes_away_nobody_knows(begun: GitLedger, opened: Open, remote: SimRemote):
    ledger = opened(PushFault.OFFLINE)
    ledger.read(0)
    with pytest.raises(LedgerUnreachableError):
        ledger.append(1, [ATTEMPT], durable=True)
    remote.is_reachable = True
    assert ["created", "send_attempted"] == types(ledger)


def test_a_refused_push_is_not_repeated(begun: GitLedger, opened: Open, slept: list[float]):
    ledger = opened(PushFault.REFUSED)
    ledger.read(0)
    with pytest.raises(LedgerUnreachableError):
        ledger.append(1, [ATTEMPT], durable=True)
    assert ([], ["created"]) == (slept, types(opened()))


def test_what_waited_before_a_failed_push_waits_on(begun: GitLedger, opened: Open):
    ledger = opened(PushFault.REFUSED)
    ledger.read(0)
    ledger.append(1, [image("one")], durable=False)
    with pytest.raises(LedgerUnreachableError):
        ledger.append(2, [ATTEMPT], durable=True)
    ledger.append(2, [MORE], durable=True)
    assert ["created", "image_uploaded", "expired"] == types(opened())


def test_an_interrupted_push_leaves_what_was_there(begun: GitLedger, opened: Open):
    def interrupt() -> None:
        raise KeyboardInterrupt

    ledger = opened(before_push=interrupt)
    ledger.read(0)
    with pytest.raises(KeyboardInterrupt):
        ledger.append(1, [ATTEMPT], durable=True)
    assert ["created"] == types(ledger)


class Interrupted(SimBranch):
    """A branch whose next push arrives, and the person types Ctrl-C while it does."""

    typed = False

    def push(self, tip: Tip) -> Pushed:
        pushed = super().push(tip)
        if not self.typed:
            self.typed = True
            raise KeyboardInterrupt
        return pushed


def test_what_arrives_after_an_interruption_is_not_written_twice(
    begun: GitLedger, remote: SimRemote, tmp_path: Path
):
    """The run ends before the push is on the remote, and makes durable what waits."""
    branch = Interrupted(remote, "i", [PushFault.LATE])
    ledger = GitLedger(branch, tmp_path / "i" / "locks", lambda _: None)
    state = State()
    state.absorb_all(ledger.read(0))
    book = LedgerSession(ledger, SimClock(NOW), state)
    book.note(image("one").event)
    with pytest.raises(KeyboardInterrupt):
        book.record(ATTEMPT.event, WORDS)
    branch.before_push = remote.arrive
    book.flush()
    assert ["created", "image_uploaded", "send_attempted"] == types(ledger)


def test_what_arrived_with_an_interrupted_push_is_not_written_twice(
    begun: GitLedger, remote: SimRemote, tmp_path: Path
):
    ledger = GitLedger(Interrupted(remote, "i"), tmp_path / "i" / "locks", lambda _: None)
    state = State()
    state.absorb_all(ledger.read(0))
    book = LedgerSession(ledger, SimClock(NOW), state)
    book.note(image("one").event)
    with pytest.raises(KeyboardInterrupt):
        book.record(ATTEMPT.event, WORDS)
    book.flush()
    assert ["created", "image_uploaded", "send_attempted"] == types(ledger)
    assert (3, 1) == (book.state.serial, len(book.state.record(WORDS.name, 1).open_attempts))


def test_a_branch_with_something_else_is_left_alone(opened: Open, remote: SimRemote):
    branch = SimBranch(remote, "somebody")
    remote.take(
        branch.commit(None, {"README.md": b"", "campaigns/letter/campaign.yaml": b""}, "work")
    )
    ledger = opened()
    ledger.read(0)
    with pytest.raises(LedgerForeignError):
        ledger.append(0, [CREATED], durable=True)


def test_what_was_only_read_here_is_noticed_too(begun: GitLedger, opened: Open, remote: SimRemote):
    before, reader = remote.head, opened()
    begun.append(1, [MORE], durable=True)
    reader.read(0)
    remote.head = before
    with pytest.raises(LedgerOlderError):
        reader.read(0)


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-9], lambda data: data.replace(b"T04:00", b"T05:00", 1)]
)
def test_a_file_that_no_push_can_have_left_is_refused(
    damage, begun: GitLedger, opened: Open, remote: SimRemote
):
    begun.append(1, [MORE], durable=True)
    branch = SimBranch(remote, "somebody")
    remote.take(branch.commit(remote.head, {FILE: damage(remote.content())}, "edited"))
    with pytest.raises(LedgerCorruptError):
        opened().read(0)


def test_a_last_line_without_its_newline_gets_it_back(
    begun: GitLedger, opened: Open, remote: SimRemote
):
    branch = SimBranch(remote, "somebody")
    remote.take(branch.commit(remote.head, {FILE: remote.content().rstrip(b"\n")}, "edited"))
    ledger = opened()
    ledger.read(0)
    ledger.append(1, [MORE], durable=True)
    assert ["created", "expired"] == types(opened())


def test_contents_go_along_with_the_next_push(begun: GitLedger, opened: Open, remote: SimRemote):
    archive = GitArchive(begun.store)
    assert archive.keep(WORDS)
    assert (1, None) == (remote.pushes, GitArchive(opened().store).read(WORDS.digest))
    assert archive.read(WORDS.digest) is not None
    begun.append(1, [ATTEMPT], durable=True)
    other = opened()
    other.read(0)
    kept = GitArchive(other.store).read(WORDS.digest)
    assert kept is not None
    assert WORDS.digest == kept.lock.digest


def test_contents_that_are_there_are_not_written_again(
    begun: GitLedger, opened: Open, remote: SimRemote
):
    GitArchive(begun.store).keep(WORDS)
    begun.append(1, [ATTEMPT], durable=True)
    other = opened()
    other.read(0)
    GitArchive(other.store).keep(WORDS)
    assert {} == other.store._files


def test_contents_that_cannot_be_kept_stop_nothing(
    begun: GitLedger, opened: Open, remote: SimRemote
):
    class Broken(SimBranch):
        def list(self, tip, folder):
            raise LedgerUnreachableError("the ledger's branch cannot be read")

        read = list  # noqa: A003

    ledger = opened()
    ledger.read(0)
    ledger.store._branch.__class__ = Broken
    assert (False, None) == (
        GitArchive(ledger.store).keep(WORDS),
        GitArchive(ledger.store).read(WORDS.digest),
    )


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of two entries at most grows before it is sealed."""
    monkeypatch.setattr(git_ledger, "SEGMENT_BYTES_MAX", 700)


def segments(remote: SimRemote) -> dict[str, bytes]:
    files = remote.commits[remote.head][1] if remote.head else {}
    return {path: data for path, data in files.items() if path.startswith(f"{SEGMENTS}/")}


@pytest.fixture
def long(small: None, begun: GitLedger) -> GitLedger:
    for serial in range(1, 9):
        begun.append(serial, [MORE], durable=True)
    return begun


def test_what_grew_is_sealed_and_every_runner_reads_all_of_it(
    long: GitLedger, opened: Open, remote: SimRemote
):
    sealed = segments(remote)
    assert 2 == len(sealed)
    assert all(len(each) <= 700 for each in [*sealed.values(), remote.content()])
    assert long.as_found() == b"".join([*sealed.values(), remote.content()])
    assert ["created", *["expired"] * 8] == types(opened())


def test_a_push_writes_no_sealed_segment_again(long: GitLedger, remote: SimRemote):
    written: list[set[str]] = []
    commit = SimBranch.commit

    class Watched(SimBranch):
        def commit(self, parent, files, said, moved=MappingProxyType({})):
            written.append(set(files))
            return commit(self, parent, files, said, moved)

    before = set(segments(remote))
    long.store._branch.__class__ = Watched
    long.append(9, [MORE, MORE], durable=True)
    assert set() == written[0] & before


def test_more_than_a_segment_at_once_is_cut_where_lines_end(
    small: None, begun: GitLedger, opened: Open
):
    begun.append(1, [MORE] * 9, durable=True)
    assert 10 == len(opened().read(0))
    begun.append(10, [ATTEMPT], durable=True)  # One line that is longer than a segment may be.
    begun.append(11, [MORE], durable=True)
    assert 12 == len(opened().read(0))


def test_what_others_sealed_meanwhile_is_read_behind_what_was_known(long: GitLedger, opened: Open):
    reader = opened()
    reader.read(0)
    long.append(9, [MORE] * 4, durable=True)
    assert [10, 11, 12, 13] == [entry.serial for entry in reader.read(9)]
    assert [14] == [entry.serial for entry in reader.append(13, [MORE], durable=True)]


SEGMENT_DAMAGE = {
    "changed": lambda files: {
        f"{SEGMENTS}/00000002.jsonl": files[f"{SEGMENTS}/00000002.jsonl"].replace(b"T", b"t", 1)
    },
    "missing": lambda _: {f"{SEGMENTS}/00000001.jsonl": None},
    "in another order": lambda files: {
        f"{SEGMENTS}/00000001.jsonl": files[f"{SEGMENTS}/00000002.jsonl"],
        f"{SEGMENTS}/00000002.jsonl": files[f"{SEGMENTS}/00000001.jsonl"],
    },
    "torn": lambda files: {f"{SEGMENTS}/00000002.jsonl": files[f"{SEGMENTS}/00000002.jsonl"][:-3]},
    "without the file that grows": lambda _: {FILE: None},
}


@pytest.mark.parametrize("damage", SEGMENT_DAMAGE.values(), ids=SEGMENT_DAMAGE)
def test_a_damaged_segment_is_refused(damage, long: GitLedger, opened: Open, remote: SimRemote):
    before = long.as_found()
    branch = SimBranch(remote, "somebody")
    remote.take(branch.commit(remote.head, damage(segments(remote)), "edited"))
    for ledger in (opened(), long):
        with pytest.raises(LedgerCorruptError):
            ledger.read(0)
    assert before != opened().as_found()


def test_segments_are_put_aside_with_the_file_that_grows(
    long: GitLedger, opened: Open, remote: SimRemote
):
    before, sealed = long.as_found(), segments(remote)
    long.replace(before[: before.index(b"\n") + 1], NOW, before)
    assert ["created"] == types(GitLedger(SimBranch(remote, "fresh"), long._locks / "fresh"))
    aside = {
        path: data for path, data in remote.commits[remote.head][1].items() if "T040000Z" in path
    }
    assert [*sealed.values(), before[-len(aside["massctl.state.20261201T040000Z.jsonl"]) :]] == [
        aside[path] for path in sorted(aside, key=lambda path: path.endswith("Z.jsonl"))
    ]


def test_another_backends_ledger_is_laid_out_in_segments(
    long: GitLedger, remote: SimRemote, tmp_path: Path
):
    data = long.as_found()
    other = GitLedger(SimBranch(fresh := SimRemote(), "other"), tmp_path / "other")
    other.store.keep_body("a.html", b"a")
    for _ in range(2):
        other.take_over(data, NOW)
    assert 1 == fresh.pushes
    assert (segments(remote), remote.content()) == (segments(fresh), fresh.content())
    assert 9 == len(other.read(0))
    assert (["a.html"], b"a") == (
        other.store.bodies(),
        other.store.file("massctl.state.bodies/a.html"),
    )
    with pytest.raises(LedgerForeignError):
        other.take_over(data.replace(b"expired", b"spoiled"), NOW)
