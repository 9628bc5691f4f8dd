"""Every fault the sandbox knows, at every endpoint of a send: `apply` until it is done, and one job.

The stories of all faults run side by side, each in a world of its own, because they mostly wait.
"""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from processes import Desk, served

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]

SENDALL: Final = "/cgi-bin/message/mass/sendall"
PREVIEW: Final = "/cgi-bin/message/mass/preview"
ENDPOINTS: Final = (
    "/cgi-bin/stable_token",
    "/cgi-bin/user/get",
    "/cgi-bin/media/uploadimg",
    "/cgi-bin/material/add_material",
    "/cgi-bin/draft/add",
    "/cgi-bin/draft/get",
    PREVIEW,
    SENDALL,
    "/cgi-bin/message/mass/get",
)
KINDS: Final = (
    "request_lost",
    "answer_lost",
    "late",
    "bad_gateway",
    "html",
    "token_dead",
    "truncated",
)
RUNS_MAX: Final = 6


@dataclass(frozen=True)
class Story:
    """What happened under one fault, until `apply` had nothing more to do."""

    secret: str
    statuses: list[int]
    report: dict[str, Any]
    said: str
    last: dict[str, Any]

    @property
    def unmet(self) -> list[str]:
        """The endpoints that no call with a fault was made to."""
        return [rule["path"] for rule in self.report["faults"] if not rule["seen"]]


def story(folder: Path, rules: list[dict[str, Any]]) -> Story:
    """Apply under faults, two minutes of the world's time apart, until it ends with 0 or we lose patience."""
    with served(folder / "world") as wechat:
        desk = Desk.at(folder / "repository", wechat)
        desk.tree.news("letter", more="preview:\n  towxname: [editor_lin]\n")
        wechat.faults(*rules)
        statuses, said, last = [], "", {}
        for _ in range(RUNS_MAX):
            done = desk.apply("letter")
            statuses.append(done.status)
            said += done.out + done.err
            last = done.document
            if done.status == 0:
                break
            wechat.later()
        said += desk.tree.read("massctl.state.jsonl")
        return Story(wechat.secret, statuses, wechat.report(), said, last)


def rules(kind: str, endpoints: tuple[str, ...] = ENDPOINTS) -> list[dict[str, Any]]:
    more = {"seconds": 0.2} if kind == "late" else {}
    # A token that cannot be had at all ends a run before its other calls; its turn comes alone.
    return [
        {"path": path, "do": kind, **more}
        for path in endpoints
        if (path, kind) != (ENDPOINTS[0], "token_dead")
    ]


STORIES: Final = {
    **{kind: rules(kind) for kind in KINDS},
    # massctl pauses five seconds after each -1, so these are told in parts.
    **{f"busy {n}": rules("busy", ENDPOINTS[n : n + 3]) for n in (0, 3, 6)},
    **{f"accepted_busy {n}": rules("accepted_busy", ENDPOINTS[n : n + 3]) for n in (0, 3, 6)},
    "accepted_45066": [{"path": SENDALL, "do": "accepted_45066"}],
    "no send is answered twice": [{"path": SENDALL, "do": "answer_lost", "times": 2}],
    "no send arrives twice": [{"path": SENDALL, "do": "request_lost", "times": 2}],
    "the first is lost, the second's answer too": [
        {"path": SENDALL, "do": "request_lost"},
        {"path": SENDALL, "do": "answer_lost", "nth": 2},
    ],
    "the token dies at every send": [{"path": SENDALL, "do": "token_dead", "times": 2}],
}


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Story]]:
    """Every story, told once."""
    folders = {name: tmp_path_factory.mktemp("story") for name in STORIES}
    with ThreadPoolExecutor(len(STORIES)) as pool:
        told = pool.map(lambda name: story(folders[name], STORIES[name]), STORIES)
        yield dict(zip(STORIES, told, strict=True))


@pytest.mark.parametrize("name", STORIES)
def test_it_ends_with_exactly_one_job(stories: dict[str, Story], name: str):
    told = stories[name]
    assert (0, 1) == (told.statuses[-1], len(told.report["jobs"])), told.statuses
    assert ["sending"] == [campaign["status"] for campaign in told.last["campaigns"]]


@pytest.mark.parametrize("name", STORIES)
def test_every_fault_was_met(stories: dict[str, Story], name: str):
    assert [] == stories[name].unmet


@pytest.mark.parametrize("name", STORIES)
def test_a_reviewer_sees_it_once_at_most(stories: dict[str, Story], name: str):
    assert len(stories[name].report["previews"]) <= 1


@pytest.mark.parametrize("name", STORIES)
def test_nothing_was_uploaded_twice_but_what_was_lost(stories: dict[str, Story], name: str):
    """A lost answer to an upload costs one more."""
    kinds = {violation["kind"] for violation in stories[name].report["violations"]}
    lost = ("answer_lost", "html", "truncated", "accepted_busy")
    may = {"second_upload"} if name.startswith(lost) else set()
    # the machine's clock is not the world's, here
    too_soon = {"clientmsgid_repeated_within_a_minute"}
    assert set() == kinds - may - too_soon


@pytest.mark.parametrize("name", STORIES)
def test_no_token_and_no_secret_was_told(stories: dict[str, Story], name: str):
    assert stories[name].secret not in stories[name].said
    assert not re.search(r"access_token[\"']?[=:]", stories[name].said)
