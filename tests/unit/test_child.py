"""The child process: whatever it does, the parent gets an answer or one sentence, and the next question is answered."""

import json
import os
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import pytest

import massctl
from massctl import child, system
from massctl.child import Child, ChildError, Children
from massctl.isolation import Wall
from massctl.parallel_calls import side_by_side

pytestmark = pytest.mark.child
BOOT = "import sys; sys.path[:] = sys.argv[2:]; import os, json, time; import massctl.child as c; "
ECHO = (
    BOOT
    + "pid = os.getpid(); c._job = lambda name: (lambda request: [os.getpid() != pid, request['said']]); c.main()"
)
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has these walls")


def answering(monkeypatch: pytest.MonkeyPatch, body: str) -> Child:
    """Return a child in which an attacker's code answers: `body` is an expression of `q`, the request."""
    monkeypatch.setattr(
        child, "_START", BOOT + f"c._job = lambda name: (lambda q: ({body})); c.main()"
    )
    return Child()


def why(asked: Child) -> str:
    with pytest.raises(ChildError) as caught:
        asked.ask("render", {}, bytes_max=1 << 18)
    return str(caught.value)


def test_questions_are_answered_by_one_process_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "_START", ECHO)
    asked = Child()
    large = "信" * 500_000
    assert [[True, "a"], [True, large]] == [
        asked.ask("render", {"said": each}) for each in ("a", large)
    ]


@pytest.mark.parametrize("most", [1, 2])
def test_as_many_processes_answer_at_once_as_there_may_be(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, most: int
) -> None:
    """With two, each question waits until the other one is asked."""
    waits = "[time.sleep(0.01) for _ in iter(lambda: os.path.exists(q['other']), True)]"
    answering(
        monkeypatch, f"[open(q['own'], 'w').close(), {waits if most > 1 else 0}, os.getppid()][-1]"
    )
    monkeypatch.setattr(child, "CHILDREN_MAX", most)
    monkeypatch.setattr(child, "_START_SECONDS", 0.01)
    children = Children([tmp_path], [tmp_path])
    files = [str(tmp_path / each) for each in ("a", "b")]
    questions = [{"own": own, "other": other} for own, other in (files, files[::-1])]
    calls = [partial(children.ask, "render", each, [tmp_path]) for each in questions]
    assert most == len({found for _, found in side_by_side(calls)})
    assert most == len({found for _, found in side_by_side(calls * 3)})


@linux
@pytest.mark.parametrize("again", ["the same one", "another one"])
def test_a_child_that_begins_later_has_the_same_walls_or_is_asked_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, again: str
) -> None:
    lost = tmp_path / "lost"
    walls = f"(lambda *_, **__: frozenset()) if os.path.exists({str(lost)!r}) else c.isolate"
    answer = "c._job = lambda name: (lambda q: os.getppid()); c.main()"
    monkeypatch.setattr(child, "_START", f"{BOOT}c.isolate = {walls}; {answer}")
    monkeypatch.setattr(child, "CHILDREN_MAX", 2)
    monkeypatch.setattr(child, "_START_SECONDS", 0)
    children = Children([], [])
    first = children._free.get()
    first.ask("render", {})
    lost.touch()
    if again == "the same one":
        first.close()
        children._free.put(first)
    with pytest.raises(ChildError, match="could not be isolated"):
        children.ask("render", {})


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            "os.kill(os.getpid(), 9) if 0 else os._exit(3)",
            "the child process ended without an answer (3)",
        ),
        ("os.abort()", "the child process ended without an answer (SIG"),
        (
            "__import__('resource').setrlimit(0, (1, 3600)) or sum(range(1 << 60))",
            "the child process needed too much processor time",
        ),
        ("bytearray(8 << 30)", "the child process needed more than 4 GB of memory"),
        ("time.sleep(600)", "the child process took longer than 1 seconds and was stopped"),
        ("[None for _ in iter(int, 1)]", "the child process "),
        ("'x' * (1 << 19)", "the child process answered more than 0 MB"),
        (
            "os.write(5, bytes(1 << 16)) and os._exit(0)",
            "the child process gave an answer that massctl does not accept",
        ),
        (
            "os.write(5, b'\\0\\0\\0\\2{]')",
            "the child process gave an answer that massctl does not accept",
        ),
        (
            "os.write(5, b'\\0\\0\\xff\\xff' + b'[' * 0xffff)",
            "the child process gave an answer that massctl does not accept",
        ),
        ("1 / 0", "the child process ended without an answer (ZeroDivisionError, <string>:1)"),
    ],
)
def test_a_child_that_hangs_dies_floods_or_lies_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, body: str, told: str
) -> None:
    asked = answering(monkeypatch, f"q['said'] if 'said' in q else {body}")
    monkeypatch.setattr(child, "ANSWER_BYTES_MAX", 1 << 18)
    assert asked.wait_until_isolated()
    if "sleep" in body or "iter" in body:
        monkeypatch.setattr(child, "SECONDS_MAX", 1)
    assert why(asked).startswith(told)
    monkeypatch.setattr(child, "SECONDS_MAX", 60)
    assert "still here" == asked.ask("render", {"said": "still here"})


def test_what_a_child_prints_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ["ok"] == answering(monkeypatch, "print('[1]', flush=True) or ['ok']").ask("render", {})


def test_a_folder_that_was_made_anew_can_be_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "campaigns"
    folder.mkdir()
    asked = answering(monkeypatch, "os.listdir(q['folder'])")
    asked.reads = [folder]
    assert [] == asked.ask("render", {"folder": str(folder)})
    folder.rename(tmp_path / "old")
    folder.mkdir()
    (folder / "a").mkdir()
    assert ["a"] == asked.ask("render", {"folder": str(folder)})


def test_an_ended_child_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering(monkeypatch, "os.getpid()")
    pid = asked.ask("render", {})
    asked.close()
    # The system takes it out of its list a moment later.
    for _ in range(500):
        if system.has_ended(pid):
            break
        time.sleep(0.01)
    assert system.has_ended(pid)


@linux
def test_a_child_stands_behind_every_wall_and_knows_no_secret(tmp_path: Path) -> None:
    """The parent is a process of its own, which has the secret from its start."""
    runner = (
        "import sys, json, os; import massctl.child as c; c._START = sys.argv[1]; held = open(sys.argv[2]); "
        "asked = c.Child(); print(json.dumps([sorted(asked.wait_until_isolated()), asked.ask('render', {})]))"
    )
    body = "[dict(os.environ), sorted(os.listdir('/proc/self/fd')) if os.access('/proc', 0) and 0 else tried(q)]"
    probe = (
        BOOT
        + "\ndef tried(q):\n"
        + "    found = []\n"
        + "    for path in ('/proc/%d/environ' % os.getppid(), '/proc/self/environ', '/proc/self/fd', '/etc/hosts'):\n"
        + "        try: found.append(open(path).read())\n"
        + "        except OSError as error: found.append(type(error).__name__)\n"
        + "    for number in range(256):\n"
        + "        try: found.append(os.fstat(number).st_mode)\n"
        + "        except OSError: pass\n"
        + "    return found\n"
        + f"c._job = lambda name: (lambda q: ({body})); c.main()"
    )
    held = tmp_path / "secret"
    held.write_text("s3cret-in-here", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", runner, probe, str(held)],
        env={
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "WECHAT_MAIN_SECRET": "s3cret-in-here",
            "SSH_AUTH_SOCK": "/tmp/agent",
        },
        check=True,
        capture_output=True,
    )
    walls, (environment, tried) = json.loads(done.stdout)
    assert sorted(Wall) == walls
    assert {"LC_CTYPE", "HOME"} >= environment.keys()
    assert ["PermissionError"] * 4 == tried[:4]
    # Two pipes, and what stands for the rest of the standard streams.
    assert len(tried[4:]) <= 4
    assert b"s3cret" not in done.stdout


def test_a_stream_that_was_forgotten_is_ended_by_whichever_thread_collects_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = answering(monkeypatch, "iter(range(1000)) if 'many' in q else 'one'")
    stream = asked.stream("render", {"many": True}, seconds=30)
    assert 0 == next(stream)
    collector = threading.Thread(target=stream.close, daemon=True)
    collector.start()
    collector.join(30)
    assert not collector.is_alive()
    assert "one" == asked.ask("render", {})


def test_what_a_child_may_read_holds_no_git(tmp_path: Path) -> None:
    """The folder that massctl is imported from may be a checkout: of it the child gets massctl alone."""
    checkout = tmp_path / "checkout"
    (checkout / ".git").mkdir(parents=True)
    sys.path.append(str(checkout))
    try:
        found = child._python([])
    finally:
        sys.path.remove(str(checkout))
    assert checkout not in found
    assert Path(massctl.__file__).parent in found
