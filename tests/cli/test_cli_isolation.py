"""Where the child process cannot be held in: what is told, and what is refused."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Shell

from massctl.child import NOT_ACCEPTED, Child, ChildError
from massctl.cli.places import Places, forget
from massctl.isolation import Wall

MISSING = "it can open other files (no Landlock: Linux 5.13 or newer has it)"


@pytest.fixture
def open_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel without Landlock."""
    monkeypatch.setattr(Child, "wait_until_isolated", lambda _: frozenset(Wall) - {Wall.FILES})


@pytest.mark.usefixtures("open_files")
def test_what_is_missing_is_the_first_line_of_a_run_and_a_finding_of_doctor(shell: Shell) -> None:
    shell.tree.text("notice")
    done = shell("apply", "notice", "--sandbox", "--yes")
    assert 0 == done.status
    assert (
        f"the child process that renders is not isolated here: {MISSING}"
        == done.err.splitlines()[0]
    )
    assert MISSING not in shell("plan", "--sandbox").err
    found = json.loads(shell("doctor", "--sandbox", "--format", "json").out)["findings"]
    assert [("warning", MISSING)] == [
        (each["level"], each["message"].partition(": ")[2])
        for each in found
        if each["check"] == "isolation"
    ]


@pytest.mark.usefixtures("open_files")
@pytest.mark.parametrize("verb", [["apply", "--yes"], ["preview", "notice"]], ids=" ".join)
def test_required_walls_that_are_missing_refuse_wechat_before_a_secret_is_read(
    shell: Shell, verb: list[str]
) -> None:
    shell.tree.settings(policy="  render_isolation: require\n")
    shell.tree.text("notice")
    done = shell(*verb)
    assert 1 == done.status
    assert MISSING in done.err
    assert "policy.render_isolation is `require`. Nothing was done." in done.err
    assert "`render_isolation: best`" in done.err
    assert 0 == shell("apply", "notice", "--sandbox", "--yes").status
    assert 0 == shell("validate").status


def test_where_all_walls_stand_nothing_is_told(shell: Shell) -> None:
    shell.tree.settings(policy="  render_isolation: require\n")
    shell.tree.text("notice")
    done = shell("apply", "notice", "--sandbox", "--yes")
    assert (0, True) == (done.status, "isolated" not in done.err)


def test_a_process_that_acts_takes_no_picture_that_another_process_left(shell: Shell) -> None:
    """Somebody's template may have run when a pull request was looked at, and may have left pictures of its choice."""
    places = Places(shell.root)
    left = places.cache / "pictures" / ".of-process-999999999" / "pictures"
    left.mkdir(parents=True)
    own = places.own_cache
    assert not left.exists()
    assert (own.parent, True) == (places.cache / "pictures", str(os.getpid()) in own.name)
    (own / "pictures" / "letter").mkdir(parents=True)
    assert own == places.own_cache
    assert (own / "pictures" / "letter").exists()
    forget()
    assert not own.exists()


@pytest.mark.parametrize(
    ("flags", "is_own"), [([], True), (["--sandbox"], False)], ids=["wechat", "sandbox"]
)
def test_who_reaches_wechat_converts_pictures_anew(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, flags: list[str], is_own: bool
) -> None:
    shell.tree.news("letter")
    seen: list[Path] = []

    def noted(self: Child, job: str, request: dict[str, Any], *_: Any) -> Any:
        seen.append(Path(request["pictures"]))
        raise ChildError(NOT_ACCEPTED)

    monkeypatch.setattr(Child, "ask", noted)
    shell("apply", "letter", "--yes", *flags)
    shell("plan", "letter", *flags)
    acted, planned = seen
    assert planned == shell.root / ".massctl/pictures/letter"
    assert is_own == (acted != planned)
    forget()
