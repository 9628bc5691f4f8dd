"""For every test: hypothesis without deadlines, since a busy machine is no fault of the code.

`HYPOTHESIS_PROFILE=nightly` runs many more examples of everything; tests/fuzz/fuzzing.py says how many of its own.
`coverage` draws a few: what is measured must not hang on luck.
"""

import gc
import json
import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from babel.messages.frontend import CommandLineInterface
from hypothesis import settings

from massctl.child import JOBS, Child
from massctl.isolation import Wall
from massctl.model import secrets

NIGHT_SECONDS = 3600
SLOW = (
    *("cli/", "corpus/", "e2e/", "fuzz/", "pages/", "simulation/"),
    *(
        "unit/ledger/test_ledger_git",
        "unit/ledger/test_ledger_postgres",
        "unit/ledger/test_ledger_s3",
        "unit/picture/",
        "unit/serve/",
        "unit/test_child",
    ),
)
"""How the paths of tests begin that run commands, draw many examples or go through every schedule. Elsewhere a test of
several seconds bears the mark `slow` itself."""

settings.register_profile("massctl", deadline=None, max_examples=40)
settings.register_profile("coverage", deadline=None, max_examples=5)
settings.register_profile("nightly", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "massctl"))

# A shell starts what it puts into the background deaf to Ctrl-C, and every process of ours that a test stops by Ctrl-C
# would inherit that and never end.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


TESTS = Path(__file__).resolve().parent
LOCALE = TESTS.parent / "massctl" / "locale"


def pytest_configure(config: pytest.Config) -> None:
    """Compile the translations as the sources have them, once, before a worker or a command reads them."""
    if not hasattr(config, "workerinput"):
        CommandLineInterface().run(
            ["pybabel", "-q", "compile", "--domain", "massctl", "--directory", str(LOCALE)]
        )


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Look for no garbage among ten thousand tests: they stay to the end, and the search takes a third of the time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def _asked_here(_child: Child, job: str, request: Mapping[str, Any], *_: Any) -> Any:
    """Answer as a child does, in this process."""
    module, _, function = JOBS[job].partition(":")
    answer = getattr(import_module(module), function)(json.loads(json.dumps(request)))
    return json.loads(json.dumps(answer))


@pytest.fixture(autouse=True)
def _no_child(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start no process to render in, but where the test is about it; each would import massctl."""
    if request.node.get_closest_marker("child") is None:
        monkeypatch.setattr(Child, "ask", _asked_here)
        monkeypatch.setattr(Child, "start", lambda _: None)
        monkeypatch.setattr("massctl.child.CHILDREN_MAX", 1)
        monkeypatch.setattr("massctl.child.start_early", lambda _: None)
        monkeypatch.setattr("massctl.system.limits", lambda *_: nullcontext())
        monkeypatch.setattr(Child, "wait_until_isolated", lambda _: frozenset(Wall))


@pytest.fixture(autouse=True)
def _nothing_is_known() -> None:
    """Begin as a process does, which was given no secret yet: what one test knows is shown in another."""
    secrets._KNOWN.clear()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the slow folders out before they are imported, where nothing of them is asked for."""
    path = (
        f"{collection_path.relative_to(TESTS).as_posix()}/"
        if collection_path.is_relative_to(TESTS)
        else ""
    )
    return True if path in SLOW and config.option.markexpr == "not slow" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the slow folders, and give tests the time that a nightly run needs."""
    for item in items:
        if item.path.relative_to(Path(__file__).parent).as_posix().startswith(SLOW):
            item.add_marker(pytest.mark.slow)
        if os.environ.get("HYPOTHESIS_PROFILE") == "nightly":
            item.add_marker(pytest.mark.timeout(NIGHT_SECONDS))
