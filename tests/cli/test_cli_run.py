"""`massctl run --once` in a clone: the lease, a branch that was rewritten, its own checkout, and what is refused.

Sends are in tests/e2e/test_e2e_run.py: a runner needs a WeChat that is served.
"""

import errno
import json
import shutil
import threading
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cli_runner import NOON, Shell
from fake_forge import FakeForge
from git_shell import IN_GIT, begun
from gits import git, look_of
from monitors import BEATS, monitor
from nights import first_by_day
from repositories import window

from massctl.apply.statistics import Collected
from massctl.cli.places import HEARTBEAT_FILE, RUNNER_FILE, boot_id
from massctl.cli.pull_request_comments import report_sends
from massctl.cli.session import Session
from massctl.cli.session import session as opened_session
from massctl.cli.statistics import AGAIN_SECONDS, BackgroundCollector
from massctl.errors import InvariantError
from massctl.model.diagnostics import Failure
from massctl.model.ids import AccountName, AppId
from massctl.model.state import State
from massctl.transport import Line

RUN = ("run", "--once")
OWN = ".massctl/run/checkout"
OPEN = window("2026-12-01T11:00:00+08:00", "2026-12-01T13:00:00+08:00")
MISSED = window("2026-11-30T11:00:00+08:00", "2026-11-30T12:00:00+08:00")


def merged(shell: Shell) -> str:
    """Commit all that is in the working tree, and push it as a merge would."""
    git(shell.root, "add", "-A")
    git(shell.root, "commit", "-qm", "merge", "--allow-empty")
    git(shell.root, "push", "-q", "origin", "HEAD:main")
    return git(shell.root, "rev-parse", "HEAD")


@pytest.fixture
def ready(cloned: Shell) -> Shell:
    """A clone whose massctl.yaml names a branch and a ledger, both on the remote."""

    def begin() -> None:
        cloned.tree.settings(policy="  branch: main\n", state=IN_GIT)
        cloned("state", "init")
        merged(cloned)

    begun("run", cloned.root.parent, begin)
    return cloned


def memory(shell: Shell) -> dict[str, Any]:
    found = json.loads((shell.root / ".massctl/run" / RUNNER_FILE).read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def remember(shell: Shell, **changes: str) -> None:
    (shell.root / ".massctl/run" / RUNNER_FILE).write_text(
        json.dumps({**memory(shell), **changes}), encoding="utf-8"
    )


def acts(shell: Shell) -> list[str]:
    listed = shell("state", "list", "--format", "json").document["entries"]
    return [each["act"] for each in listed if each["type"] == "lease"]


def another_runner(shell: Shell) -> None:
    """Let the lease be another runner's: this folder gets an id of its own again."""
    assert 0 == shell(*RUN).status
    remember(shell, runner="ff" * 16)


def test_the_first_round_takes_the_lease_and_the_next_one_writes_nothing(ready: Shell) -> None:
    said = shell_lines(ready(*RUN))
    assert [True, True] == ["sends from now on" in said[0], "origin/main is at" in said[1]]
    again = ready(*RUN)
    assert (0, "", ["taken"]) == (again.status, again.out, acts(ready))


def shell_lines(said: Any) -> list[str]:
    assert 0 == said.status, said
    return list(said.out.splitlines())


def test_an_event_is_a_line_of_json(ready: Shell) -> None:
    said = ready(*RUN, "--format", "json")
    found = [json.loads(line) for line in said.out.splitlines()]
    tip = git(ready.root, "rev-parse", "HEAD")
    assert [("started", None), ("tip", tip)] == [(each["event"], each["commit"]) for each in found]


def test_a_foreign_lease_is_refused_and_names_the_host_and_the_way(ready: Shell) -> None:
    another_runner(ready)
    said = ready(*RUN)
    host = ready("state", "list", "--format", "json").document["entries"][-1]["host"]
    assert (5, "") == (said.status, said.out)
    assert [True] * 3 == [
        word in said.err for word in (host, "2026-12-01", "massctl run --take-over")
    ]


@pytest.mark.parametrize(
    ("typed", "flags", "status", "found"),
    [
        (None, (), 2, ["taken"]),
        ("no\n", (), 5, ["taken"]),
        ("yes\n", (), 0, ["taken", "taken_over"]),
        (None, ("--yes",), 0, ["taken", "taken_over"]),
    ],
)
def test_a_person_takes_over(
    ready: Shell, typed: str | None, flags: tuple[str, ...], status: int, found: list
) -> None:
    another_runner(ready)
    assert (status, found) == (ready(*RUN, "--take-over", *flags, typed=typed).status, acts(ready))


def test_taking_over_what_is_held_asks_nothing(ready: Shell) -> None:
    assert 0 == ready(*RUN).status
    assert (0, ["taken"]) == (ready(*RUN, "--take-over").status, acts(ready))


def test_on_a_forge_only_an_operator_takes_over(ready: Shell) -> None:
    another_runner(ready)
    ready.env(GITHUB_ACTIONS="true", GITHUB_TRIGGERING_ACTOR="mallory", GITHUB_RUN_ATTEMPT="1")
    said = ready(*RUN, "--take-over", "--yes")
    assert (5, True, ["taken"]) == (said.status, "mallory" in said.err, acts(ready))


def test_after_a_restart_of_the_machine_the_same_folder_goes_on(
    ready: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 0 == ready(*RUN).status
    monkeypatch.setattr("massctl.cli.runner.boot_id", lambda: "another boot")
    assert (0, ["taken", "taken"]) == (ready(*RUN).status, acts(ready))


def test_a_copy_of_the_folder_on_another_machine_stops_the_first(
    ready: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two machines from one image have one id: whichever begins last has the lease, and the other one notices."""
    assert 0 == ready(*RUN).status
    before = memory(ready)
    with monkeypatch.context() as copied:
        copied.setattr("massctl.cli.runner.boot_id", lambda: "the other machine's boot")
        assert 0 == ready(*RUN).status
    remember(ready, **before)
    assert boot_id() == before["boot"]
    assert 5 == ready(*RUN).status


def test_it_is_released_and_then_anybody_may_begin(ready: Shell) -> None:
    assert 0 == ready(*RUN).status
    assert (0, ["taken", "released"]) == (ready("run", "--release").status, acts(ready))
    assert 0 == ready("run", "--release").status
    remember(ready, runner="ff" * 16)
    assert (0, ["taken", "released", "taken"]) == (ready(*RUN).status, acts(ready))


def test_the_ledger_shows_who_sends_and_when_it_was_alive(ready: Shell) -> None:
    assert 0 == ready(*RUN).status
    lease = ready("state", "show", "--format", "json").document["lease"]
    assert [True, None] == [lease["here"], lease["by"]]
    assert lease["last_round"] is not None
    shown = ready("state", "show").out
    assert "alone sends since" in shown
    assert "its last round ended at" in shown
    assert "massctl run --release" in shown


def test_of_another_runner_the_ledger_shows_no_heartbeat_and_how_to_take_over(ready: Shell) -> None:
    another_runner(ready)
    lease = ready("state", "show", "--format", "json").document["lease"]
    assert [False, None] == [lease["here"], lease["last_round"]]
    found = [
        each
        for each in ready("doctor", "--format", "json").document["findings"]
        if each["check"] == "lease"
    ]
    assert ["ok"] == [each["level"] for each in found]
    assert "massctl run --take-over" in found[0]["hint"]


@pytest.mark.parametrize("written", first_by_day(["", "yesterday", "2026-12-01T12:00:00"]))
def test_a_heartbeat_that_cannot_be_read_is_none(ready: Shell, written: str) -> None:
    assert 0 == ready(*RUN).status
    (ready.root / ".massctl/run" / HEARTBEAT_FILE).write_text(written, encoding="ascii")
    assert None is ready("state", "show", "--format", "json").document["lease"]["last_round"]


def test_nobody_releases_anothers(ready: Shell) -> None:
    another_runner(ready)
    assert (5, ["taken"]) == (ready("run", "--release").status, acts(ready))


def test_a_broken_file_makes_another_runner_of_the_folder(ready: Shell) -> None:
    assert 0 == ready(*RUN).status
    (ready.root / ".massctl/run" / RUNNER_FILE).write_text("{", encoding="utf-8")
    assert 5 == ready(*RUN).status


def test_a_branch_that_was_rewritten_waits_for_a_person(ready: Shell) -> None:
    first = git(ready.root, "rev-parse", "HEAD")
    ready.tree.text("notice", content="二")
    second = merged(ready)
    assert 0 == ready(*RUN).status
    git(ready.root, "push", "-qf", "origin", f"{first}:main")
    said = ready(*RUN)
    assert (5, second) == (said.status, memory(ready)["tip"])
    assert [True] * 3 == [
        word in said.err for word in (first[:12], second[:12], f"run --rewritten {first[:12]}")
    ]
    assert 5 == ready(*RUN, "--rewritten", second[:12]).status
    assert (0, first) == (ready(*RUN, "--rewritten", first[:12]).status, memory(ready)["tip"])
    assert 0 == ready(*RUN).status


def test_a_tip_that_was_carried_out_and_is_not_known_here_any_more_waits_too(ready: Shell) -> None:
    assert 0 == ready(*RUN).status
    remember(ready, tip="0" * 40)
    assert 5 == ready(*RUN).status


def test_the_users_working_tree_is_neither_changed_nor_read(ready: Shell, remote: Path) -> None:
    """Edits, an untracked campaign and an old commit of the checkout: the runner has a checkout of its own."""
    merged(ready)
    git(ready.root, "checkout", "-q", "--detach", "HEAD~1")
    ready.tree.text("notice", content="没有审过")
    ready.tree.write("campaigns/mine/campaign.yaml", "x: [")
    before = {
        name: data
        for name, data in look_of(ready.root).items()
        if name in ("HEAD", "index", "status")
    }
    assert 0 == ready(*RUN).status
    assert before == {name: data for name, data in look_of(ready.root).items() if name in before}
    own = ready.root / OWN
    assert git(remote, "rev-parse", "main") == git(own, "rev-parse", "HEAD")
    assert (False, "") == (
        (own / "campaigns/mine").exists(),
        git(own, "status", "--porcelain", "--ignored"),
    )
    assert not (own / ".massctl").exists()


def locked_index(own: Path) -> None:
    """As git leaves it when it is killed while it writes the working tree."""
    (Path(git(own, "rev-parse", "--absolute-git-dir")) / "index.lock").touch()
    (own / "massctl.yaml").write_text("half", encoding="utf-8")


def without_git(own: Path) -> None:
    """The folder lost what says whose working tree it is: git would find the user's own around it."""
    (own / ".git").unlink()
    (own / "massctl.yaml").write_text("half", encoding="utf-8")


def leading_nowhere(own: Path) -> None:
    shutil.rmtree(git(own, "rev-parse", "--absolute-git-dir"))


def gone(own: Path) -> None:
    shutil.rmtree(own)


def edited(own: Path) -> None:
    (own / "massctl.yaml").write_text("edited", encoding="utf-8")
    (own / "campaigns/mine").mkdir()
    (own / "campaigns/mine/campaign.yaml").write_text("x: [", encoding="utf-8")


@pytest.mark.parametrize(
    "broken", first_by_day([edited, locked_index, without_git, leading_nowhere, gone], 2)
)
def test_its_own_checkout_is_brought_to_the_tip_whatever_was_left_there(
    ready: Shell, broken: Any
) -> None:
    assert 0 == ready(*RUN).status
    own = ready.root / OWN
    broken(own)
    ready.tree.write("massctl.yaml", ready.tree.read("massctl.yaml") + "# an edit of the user's\n")
    assert 0 == ready(*RUN).status
    assert (git(ready.root, "rev-parse", "HEAD"), "") == (
        git(own, "rev-parse", "HEAD"),
        git(own, "status", "--porcelain"),
    )
    assert "an edit of the user's" in ready.tree.read("massctl.yaml")


def test_a_ref_that_only_ends_with_the_branch_s_name_is_not_carried_out(
    ready: Shell, remote: Path
) -> None:
    """git takes refs/heads/refs/heads/main for refs/heads/main where only the former is there."""
    before = git(remote, "rev-parse", "main")
    assert 0 == ready(*RUN).status
    ready.tree.write("massctl.yaml", ready.tree.read("massctl.yaml") + "# nobody reviewed it\n")
    git(ready.root, "commit", "-qam", "not merged")
    git(ready.root, "push", "-q", "origin", "HEAD:refs/heads/refs/heads/main")
    git(remote, "update-ref", "-d", "refs/heads/main")
    ready(*RUN)

    assert before == git(ready.root / OWN, "rev-parse", "HEAD")


def test_no_hook_of_the_repository_runs(ready: Shell) -> None:
    """`core.hooksPath` may lead into the working tree, and what is merged there is a campaign, not a program."""
    hook = ready.tree.write("hooks/post-checkout", '#!/bin/sh\ntouch "$0.ran"\n')
    hook.chmod(0o755)
    git(ready.root, "config", "core.hooksPath", str(hook.parent))
    assert 0 == ready(*RUN).status
    assert not hook.with_name("post-checkout.ran").exists()


def test_a_repository_below_the_top_of_its_clone(ready: Shell) -> None:
    """massctl.yaml may lie in a folder of a larger repository."""
    below = ready.root / "letters"
    below.mkdir()
    for name in ("massctl.yaml", "campaigns"):
        git(ready.root, "mv", name, "letters/")
    merged(ready)
    assert 0 == ready("-C", "letters", *RUN).status
    assert (below / ".massctl/run/checkout/letters/massctl.yaml").is_file()


def test_advice_names_the_folder_that_was_typed_and_not_the_runners_own(ready: Shell) -> None:
    ready.tree.text("notice", content="一", more="send:\n  not_before: 2026-12-01T11:00:00+08:00\n")
    merged(ready)
    said = ready("-C", str(ready.root), *RUN)
    assert (True, False) == (
        f"massctl -C {ready.root} validate" in said.out,
        "run/checkout" in said.out + said.err,
    )


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("run", "--release", "--once"), 2),
        (("run", "--rewritten", "abc"), 2),
        (("run", "--every", "0"), 2),
        (("run", "--sandbox"), 2),
    ],
)
def test_flags_that_do_not_go_together(
    ready: Shell, arguments: tuple[str, ...], status: int
) -> None:
    said = ready(*arguments)
    assert (status, "") == (said.status, said.out)


def test_without_a_branch_nobody_knows_what_to_send(cloned: Shell) -> None:
    said = cloned(*RUN)
    assert (2, True) == (said.status, "policy.branch" in said.err)


@pytest.mark.parametrize("policy", ["", "  branch: release\n"])
def test_a_tip_that_sends_from_another_branch_is_not_carried_out(ready: Shell, policy: str) -> None:
    """Without a branch no run would look for the brake."""
    kept = ready.tree.read("massctl.yaml")
    ready.tree.write("massctl.yaml", kept.replace("  branch: main\n", policy))
    merged(ready)
    git(ready.root, "checkout", "-q", "--detach", "HEAD~1")
    said = ready(*RUN)
    assert (1, True, "") == (
        said.status,
        "massctl.yaml at the tip of origin/main sends from" in said.err,
        said.out,
    )


def test_without_a_ledger_nothing_is_begun(cloned: Shell) -> None:
    cloned.tree.settings(policy="  branch: main\n", state=IN_GIT)
    merged(cloned)
    said = cloned(*RUN)
    assert (5, True) == (said.status, "state init" in said.err)


def test_a_remote_that_is_away_is_told_and_nothing_is_done(ready: Shell) -> None:
    git(ready.root, "remote", "set-url", "origin", "/nonexistent/hub.git")
    said = ready(*RUN)
    assert (5, True, "") == (said.status, "cannot be fetched" in said.err, said.out)


def test_a_ledger_in_a_file_stays_in_the_folder_that_was_named(cloned: Shell) -> None:
    """For one machine: the runner's checkout has no ledger, and a person's command there and here has the same one."""
    cloned.tree.settings(policy="  branch: main\n")
    assert 0 == cloned("state", "init").status
    merged(cloned)
    assert (0, ["taken"]) == (cloned(*RUN).status, acts(cloned))
    assert (True, False) == tuple(
        (cloned.root / each / "massctl.state.jsonl").exists() for each in (".", OWN)
    )
    assert "alone sends since" in cloned("state", "show").out


def test_two_processes_in_one_folder(ready: Shell) -> None:
    from filelock import FileLock

    assert 0 == ready(*RUN).status
    with FileLock(ready.root / ".massctl/run/lock"):
        said = ready(*RUN)
    assert (5, True) == (said.status, "at work in this folder" in said.err)


def rounds(shell: Shell, monkeypatch: pytest.MonkeyPatch, *between: Any) -> Any:
    """Run without --once; between two rounds each of `between` is done in turn, and then the runner is told to end."""
    left = [*between]

    def sleep(_: float) -> None:
        if not left:
            raise KeyboardInterrupt
        left.pop(0)()

    with monkeypatch.context() as patch:
        patch.setattr("massctl.cli.commands.run.pause", sleep)
        return shell("run")


def nothing() -> None:
    """Let a round pass."""


def test_rounds_without_an_event_are_silent(ready: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    said = rounds(ready, monkeypatch, nothing, nothing)
    assert (0, 2, "") == (said.status, len(said.out.splitlines()), said.err)


def test_a_lost_network_is_told_once_and_so_is_its_return(
    ready: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def to(address: str) -> Any:
        return lambda: git(ready.root, "remote", "set-url", "origin", address)

    home = git(ready.root, "remote", "get-url", "origin")
    said = rounds(
        ready, monkeypatch, to("/nonexistent/hub.git"), nothing, nothing, to(home), nothing
    )
    told = said.out.splitlines()
    assert (0, 4) == (said.status, len(told))
    assert [True, True] == ["cannot be fetched" in told[2], "rounds work again" in told[3]]


def test_a_faulty_massctl_yaml_is_told_once_and_ends_with_the_next_merge(
    ready: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def put(content: str) -> Any:
        def done() -> None:
            ready.tree.write("massctl.yaml", content)
            merged(ready)

        return done

    good = ready.tree.read("massctl.yaml")
    said = rounds(ready, monkeypatch, put(good + "qqqq: 1\n"), nothing, put(good), nothing)
    assert (0, 1) == (said.status, said.err.count("unknown key") or said.err.count("MC011 "))
    assert [1, 1] == [
        said.out.count("massctl.yaml has faults"),
        said.out.count("rounds work again"),
    ]


def test_a_refusal_is_told_once_however_many_rounds_find_it(
    ready: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready.tree.text("notice", more=OPEN)
    merged(ready)
    said = rounds(ready, monkeypatch, nothing, nothing)
    assert (0, 1) == (said.status, said.out.count("notice: not sent (lock_missing)"))


def test_a_full_disk_is_told_and_the_runner_stays(
    ready: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = monkeypatch.context()

    def fill() -> None:
        def refuse(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        full.__enter__().setattr("os.fsync", refuse)
        git(ready.root, "commit", "-qm", "more", "--allow-empty")
        git(ready.root, "push", "-q", "origin", "HEAD:main")

    said = rounds(
        ready, monkeypatch, fill, nothing, lambda: full.__exit__(None, None, None), nothing
    )
    tip = git(ready.root, "rev-parse", "HEAD")
    assert (0, 1, tip) == (
        said.status,
        said.out.count("No space left on device"),
        memory(ready)["tip"],
    )


def test_a_runner_whose_lease_is_taken_over_ends(
    ready: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = rounds(ready, monkeypatch, lambda: take_over(ready), nothing)
    assert (5, True) == (said.status, "alone sends since" in said.err)


def take_over(shell: Shell) -> None:
    """Append what another machine's runner writes when a person puts it in this one's place."""
    from massctl.apply.journal import LedgerSession
    from massctl.cli.ledger_access import read_ledger
    from massctl.cli.session import session
    from massctl.model.entries import Lease

    with session(str(shell.root)) as current:
        book = LedgerSession(current.backend.ledger, current.clock, read_ledger(current))
        book.record(Lease(act="taken_over", runner="ff" * 16, boot="b", host="elsewhere", by="li"))


@pytest.mark.enable_socket
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_each_round_tells_the_monitor_with_serial_and_head(ready: Shell) -> None:
    ready.tree.write("massctl.yaml", ready.tree.read("massctl.yaml") + BEATS)
    tip = merged(ready)
    with monitor() as (address, heard):
        ready.env(OUR_BEAT=f"{address}/beat", OUR_WATCH=f"{address}/watch/?key=1")
        assert 0 == ready(*RUN).status
    (beat, body), (watch, same) = heard
    last = ready("state", "list", "--format", "json").document["entries"][-1]
    assert ("/beat", "/watch/?key=1", body) == (beat, watch, same)
    assert (last["serial"], tip, 0) == (body["serial"], body["tip"], body["waiting"])
    assert 71 == len(body["head"])


@pytest.mark.enable_socket
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_round_that_cannot_reach_the_remote_is_alive_and_says_no_more(ready: Shell) -> None:
    ready.tree.write("massctl.yaml", ready.tree.read("massctl.yaml") + BEATS)
    merged(ready)
    git(ready.root, "remote", "set-url", "origin", "/nonexistent/hub.git")
    with monitor() as (address, heard):
        ready.env(OUR_BEAT=f"{address}/beat", OUR_WATCH=f"{address}/watch")
        assert 5 == ready(*RUN).status
    assert [("/beat", None)] == [(path, body["waiting"]) for path, body in heard]


@pytest.mark.enable_socket
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_missed_window_is_told_to_the_watch_and_not_to_the_heartbeat(ready: Shell) -> None:
    ready.tree.text("notice", more=MISSED)
    ready.tree.write("massctl.yaml", ready.tree.read("massctl.yaml") + BEATS)
    ready("lock")
    merged(ready)
    with monitor() as (address, heard):
        ready.env(OUR_BEAT=f"{address}/beat", OUR_WATCH=f"{address}/watch/?key=1")
        statuses = [ready(*RUN).status, ready(*RUN).status]
    # The run that records it ends with 5; the monitor hears of it until somebody does something.
    assert [5, 0] == statuses
    assert ["/beat", "/watch/fail?key=1"] * 2 == [path for path, _ in heard]


@pytest.mark.enable_socket
@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.parametrize("broken", first_by_day(["refused", "empty", "plain", "proxy"]))
def test_a_monitor_that_is_not_reached_changes_nothing(ready: Shell, broken: str) -> None:
    ready.tree.write(
        "massctl.yaml", ready.tree.read("massctl.yaml") + "runner: {heartbeat_env: OUR_BEAT}\n"
    )
    merged(ready)
    with monitor(500) as (address, _):
        addresses = {"empty": "", "refused": address, "plain": "http://monitor.example/x"}
        ready.env(
            OUR_BEAT=addresses.get(broken, "https://monitor.example/x"),
            HTTPS_PROXY="gopher://nobody",
        )
        said = ready(*RUN)
    assert (0, 1) == (said.status, said.out.count("OUR_BEAT (runner) was not told"))
    assert "monitor.example" not in said.out + said.err


def test_a_credential_of_systemd_stands_in_for_a_variable(ready: Shell, tmp_path: Path) -> None:
    from massctl.cli.runner import with_credentials

    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / "WECHAT_MAIN_SECRET").write_text("0123\n", encoding="utf-8")
    (folder / "git-key").write_bytes(b"\xff")
    (folder / "HUGE").write_bytes(b"x" * 70_000)
    found = with_credentials({"CREDENTIALS_DIRECTORY": str(folder), "A": "b"})
    assert {"WECHAT_MAIN_SECRET": "0123", "CREDENTIALS_DIRECTORY": str(folder), "A": "b"} == found
    assert {"A": "b"} == with_credentials({"A": "b"})


FORGE = "forge: {kind: github, repository: house/letters, token_env: FORGE_TOKEN}\n"


@pytest.fixture
def told(ready: Shell) -> FakeForge:
    """A forge that is told; every commit of main was brought by pull request 7."""
    forge = FakeForge(newest="cd" * 20, merged={"cd" * 20: 7})
    telling = partial(report_sends, inside=forge)
    ready.monkeypatch.setattr("massctl.cli.runner.report_sends", telling)
    ready.env(FORGE_TOKEN="ghp_x")
    ready.tree.write("massctl.yaml", ready.tree.read("massctl.yaml") + FORGE)
    merged(ready)
    return forge


def writes(forge: FakeForge) -> list[str]:
    return [each.split()[0] for each in forge.asked if not each.startswith("GET")]


def test_a_missed_window_is_told_once_on_the_pull_request_that_brought_it(
    ready: Shell, told: FakeForge
) -> None:
    ready.tree.text("notice", more=MISSED)
    ready("lock")
    merged(ready)
    for _ in range(3):
        ready(*RUN)

    (body,) = told.bodies(7)
    assert body.startswith("<!-- massctl:sent notice -->\n")
    assert "its window closed at 2026-11-30 12:00 +08:00, and it was not sent" in body
    assert ["POST"] == writes(told)


def test_what_is_refused_in_its_window_is_told_with_the_way_out(
    ready: Shell, told: FakeForge, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready.tree.text("notice", more=OPEN)
    merged(ready)
    rounds(ready, monkeypatch, nothing, nothing)
    rounds(ready, monkeypatch, nothing)

    (body,) = told.bodies(7)
    assert "its window is open, and it is not sent: it is not locked" in body
    assert ("massctl lock notice" in body, ["POST"]) == (True, writes(told))


def test_what_the_forge_did_not_hear_is_told_by_a_later_runner(
    ready: Shell, told: FakeForge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also by one that was started anew; a forge that is down is asked once in five minutes."""
    told.status = 503
    ready.tree.text("notice", more=MISSED)
    ready("lock")
    merged(ready)
    said = rounds(ready, monkeypatch, nothing, nothing)
    assert (1, 1) == (said.out.count("the merged pull requests were not told"), len(told.asked))

    told.status = 200
    ready(*RUN)
    assert 1 == len(told.bodies(7))


def test_a_new_folder_tells_of_nothing_that_was_before_it(ready: Shell, told: FakeForge) -> None:
    ready.tree.text("notice", more=MISSED)
    ready("lock")
    merged(ready)
    ready("apply", "--yes")
    ready(*RUN)

    assert [] == told.asked


def collecting(monkeypatch: pytest.MonkeyPatch, *found: Collected | Exception) -> list[Session]:
    """Let the collection of statistics find something in each round."""
    asked: list[Session] = []
    answers = list(found)

    def collect_accounts(session: Session, state: State) -> list[tuple[AccountName, Collected]]:
        asked.append(session)
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return [(AccountName("main"), answer)]

    monkeypatch.setattr("massctl.cli.statistics.collect_accounts", collect_accounts)
    return asked


def test_a_round_tells_what_was_collected_behind_everything_else(
    ready: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(*RUN)
    asked = collecting(monkeypatch, Collected(AppId("wx"), rows=34))
    said = ready(*RUN, "--format", "json")
    (event,) = [json.loads(line) for line in said.out.splitlines()]
    assert ("statistics", "statistics of main: new rows: 34", 0) == (
        event["event"],
        event["message"],
        said.status,
    )
    assert [({}, None)] == [(session._clients, session._backend) for session in asked]


def test_statistics_that_fail_are_told_and_fail_no_round(
    ready: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(*RUN)
    why = Failure(48001, None, "no right", "ask for it")
    collecting(monkeypatch, Collected(AppId("wx"), error=why), InvariantError("broken"))
    said = ready(*RUN)
    assert (0, True) == (said.status, "statistics of main: no right; ask for it" in said.out)
    assert ["taken"] == acts(ready)
    said = ready(*RUN)
    assert (0, True) == (said.status, "broken" in said.out)


def test_no_round_waits_for_statistics_and_they_are_looked_for_twice_an_hour(
    ready: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end, begun = threading.Event(), list[list[str]]()
    refused = Collected(AppId("wx"), error=Failure(48001, None, "no right", ""))

    def collect_accounts(session: Session, _: State) -> list[tuple[AccountName, Collected]]:
        begun.append([*session.settings.accounts])
        may_end.wait(60)
        return []

    monkeypatch.setattr("massctl.cli.statistics.collect_accounts", collect_accounts)
    with opened_session(str(ready.root)) as current:
        collector = BackgroundCollector()
        for _ in range(3):
            collector.begin(current, State())
            assert [] == collector.ended()
        may_end.set()
        collector._thread.join(60)
        assert [] == collector.ended()
        collector.begin(current, State())
        assert [["main"]] == begun
        ready.set_time(NOON + timedelta(days=1))
        collector.begin(current, State())
        collector.ended(60)
        collector._pause = -1.0
        collector.begin(current, State())
        collector.ended(60)
        assert ([["main"]] * 3, AGAIN_SECONDS) == (begun, collector._pause)
        collector._found, collector._thread = [(AccountName("main"), refused)], threading.Thread()
        collector._thread.start()
        assert 1 == len(collector.ended(60))
        assert ({"main"}, AGAIN_SECONDS) == (set(collector._rests), collector._pause)
        collector._pause = -1.0
        collector.begin(current, State())
        collector.ended(60)
        assert [["main"]] * 3 + [[]] == begun

        failed = Collected(
            AppId("wx"), error=Failure(None, None, "the branch cannot be pushed", "")
        )
        pauses = []
        for found in (Collected(AppId("wx")), *[failed] * 6, Collected(AppId("wx"))):
            collector._found, collector._thread = [(AccountName("main"), found)], threading.Thread()
            collector._thread.start()
            collector.ended(60)
            pauses.append(collector._pause / AGAIN_SECONDS)
        assert [1, 1, 2, 4, 8, 12, 12, 1] == pauses


@pytest.mark.parametrize("command", [RUN, ("run",)])
def test_a_signal_while_a_channel_is_told_ends_the_runner(
    ready: Shell, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    """No next round begins, in which the next letter would go out."""
    settings = ready.root / "massctl.yaml"
    settings.write_text(settings.read_text() + "notify:\n  - webhook_env: HOOK\n")
    ready.env(HOOK="https://hook.example/x")
    ready.tree.text("open", more=OPEN)
    merged(ready)
    exchange = Line.exchange

    def interrupted(self: Line, call: Any) -> Any:
        if "hook.example" in call.url or "notifications" in call.url:
            raise KeyboardInterrupt
        return exchange(self, call)

    monkeypatch.setattr(Line, "exchange", interrupted)
    monkeypatch.setattr("massctl.cli.commands.run.pause", lambda _: pytest.fail("another round"))
    said = ready(*command)
    assert (130, True) == (said.status, "not everybody was told" in said.err)
