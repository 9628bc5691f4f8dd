"""How often a campaign is rendered: once for each command, by the child process alone."""

import json
from pathlib import Path
from typing import Any

import pytest
from lock_repository import NAME, Repository

import massctl
from massctl.child import Child


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The campaigns that a child was asked to render, in order."""
    found: list[str] = []
    really = Child.ask

    def counting(self: Child, job: str, request: dict[str, Any], *rest: Any) -> Any:
        if job == "render":
            found.append(request["name"])
        return really(self, job, request, *rest)

    monkeypatch.setattr(Child, "ask", counting)
    return found


@pytest.mark.parametrize(
    "command",
    [
        ["validate"],
        ["lock"],
        ["lock", "--check"],
        ["plan"],
        ["plan", "--format", "markdown"],
        ["plan", "--format", "json", "--for-review"],
        ["render", NAME, "--out", "out"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("state", ["locked", "stale", "missing"])
def test_a_command_renders_a_campaign_once(
    repository: Repository,
    rendered: list[str],
    command: list[str],
    state: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(repository.root)
    monkeypatch.setenv("WECHAT_MAIN_SECRET", "secret")
    if state != "missing":
        repository.massctl("lock")
    if state == "stale":
        repository.edit(f"{NAME}/articles/main.md.j2", "元。", "元！")
    rendered.clear()
    repository.massctl(*command)
    # A plan by locks has nothing to render where there is no lock.
    is_unread = state == "missing" and command == ["plan"]
    assert rendered == ([] if is_unread else [NAME])


def test_apply_renders_what_it_sends_once_and_what_was_sent_never(
    repository: Repository, rendered: list[str]
) -> None:
    repository.massctl("lock")
    rendered.clear()
    status, found = repository.apply()
    assert (0, "sending", [NAME]) == (status, found["status"], rendered)
    (repository.root / "campaigns/other").mkdir()
    status, found = repository.apply()
    assert (0, []) == (status, found["performed"])
    assert rendered.count(NAME) == 1


@pytest.mark.child
def test_what_the_child_converts_is_what_is_uploaded(repository: Repository) -> None:
    """A picture with an orientation is made anew; its bytes are found by the name that the lock has."""
    repository.massctl("lock")
    (picture,) = [each for each in repository.lock()["pictures"] if each["as"] == "image"]
    assert picture["sha256"] == picture["source_sha256"]
    sample = (
        Path(massctl.__file__).parent.parent / "campaigns/2026-autumn-walks/images/umbrellas.webp"
    )
    (repository.folder / "images/hero.webp").write_bytes(sample.read_bytes())
    repository.edit(f"{NAME}/articles/main.md.j2", "hero.png", "hero.webp")
    repository.massctl("lock")
    (picture,) = [each for each in repository.lock()["pictures"] if each["as"] == "image"]
    assert picture["sha256"] != picture["source_sha256"]
    assert len(sample.read_bytes()) == picture["bytes"]
    status, found = repository.apply()
    assert (0, "sending") == (status, found["status"])
    entries = (
        (repository.root / ".massctl/sandbox/massctl.state.jsonl")
        .read_text(encoding="utf-8")
        .splitlines()
    )
    uploaded = [
        json.loads(each) for each in entries if json.loads(each)["type"] == "image_uploaded"
    ]
    assert [picture["sha256"].removeprefix("sha256:")] == [each["sha256"] for each in uploaded]
