"""Locks and saved plans with something changed: what was reviewed is sent, or nothing is."""

import json
from pathlib import Path

import pytest
from building import NOW, at, house, news, plan_of, recorded, saved
from fuzzing import altered, ending, examples, json_values, mutated, peak_bytes
from hypothesis import example, given
from hypothesis import strategies as st
from repositories import Tree

from massctl.cli.main import run
from massctl.model.ids import CampaignName
from massctl.model.message import RenderedCampaign
from massctl.model.state import State
from massctl.plan.plan_file import plan_document, read_saved, what_moved
from massctl.plan.steps import NotLocked
from massctl.source.loader import Desires, WorkingTree
from massctl.source.repository import Repository
from massctl.source.settings import load_settings

NAME = CampaignName("letter")


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a locked campaign."""
    root = tmp_path_factory.mktemp("locked") / "repository"
    tree = Tree(root)
    tree.news()
    assert 0 == run(["-C", str(root), "lock"])
    return root


LOCK = "campaign.lock.json"


@given(st.data())
@examples(120)
def test_a_changed_lock_gives_the_reviewed_bytes_or_nothing(locked, data):
    """As `apply --locked` reads it; `plan` tells the digest of what would be sent."""
    path = locked / "campaigns" / NAME / LOCK
    before = path.read_bytes()
    reviewed = json.loads(before)["digest"]
    if data.draw(st.booleans()):
        changed = json.dumps(data.draw(altered(json.loads(before)))).encode()
    else:
        changed = data.draw(
            mutated(st.just(before), [b'"', b"sha256:", b"null", b"9" * 5000, b"[" * 3000])
        )
    path.write_bytes(changed)
    try:
        with ending(10):
            found = read_locked(locked)
        if isinstance(found, RenderedCampaign):
            assert reviewed == found.digest
        else:
            assert isinstance(found, NotLocked)
            assert found.refusal.message.isprintable()
        assert changed == path.read_bytes()
    finally:
        path.write_bytes(before)


def read_locked(root: Path) -> object:
    """Read the campaign as it is locked."""
    repository = Repository(root)
    settings, _ = load_settings(repository, loopback_override=None)
    assert settings is not None
    (found,) = Desires(
        WorkingTree(repository, settings, root / ".massctl"), State(), locked=True
    ).read([NAME])
    return found


HUGE = {
    "deep": b"[" * 5_000_000,
    "one long text": b'{"campaign":"' + b"x" * 5_000_000 + b'"}',
    "many numbers": b'{"pictures":[' + b"0," * 400_000 + b"0]}",
    "many members": b"{" + b",".join(b'"%d":0' % number for number in range(100_000)) + b"}",
    "a long number": b'{"edition":' + b"9" * 3_000_000 + b"}",
}
MEMORY_FACTOR = 60
"""A member of a JSON object takes so many times as much in memory as in the file."""


@pytest.mark.parametrize("what", HUGE)
def test_a_huge_lock_takes_no_more_than_its_size_allows(locked, what):
    path = locked / "campaigns" / NAME / LOCK
    before = path.read_bytes()
    path.write_bytes(HUGE[what])
    found = []
    try:
        with ending(20):
            taken = peak_bytes(lambda: found.append(read_locked(locked)))
    finally:
        path.write_bytes(before)
    assert isinstance(found[0], NotLocked)
    assert taken < MEMORY_FACTOR * len(HUGE[what])


@pytest.mark.parametrize("what", HUGE)
def test_a_huge_plan_takes_no_more_than_its_size_allows(what):
    found = []
    with ending(20):
        taken = peak_bytes(lambda: found.append(read_saved(HUGE[what])))
    assert [None] == found
    assert taken < MEMORY_FACTOR * len(HUGE[what])


SALE = news()
STATE = recorded(at(NOW, saved(SALE)[0], SALE))
PLAN = plan_of(SALE, STATE, house("sale"))
DOCUMENT = plan_document(PLAN, ["sale"])
"""As it is saved; phrases are texts."""


@given(altered(json.loads(json.dumps(DOCUMENT, default=str))) | json_values(list(DOCUMENT)))
@examples(200)
@example({})
@example({**DOCUMENT, "serial": True})
@example({**DOCUMENT, "campaigns": [*DOCUMENT["campaigns"], *DOCUMENT["campaigns"]]})
def test_a_changed_plan_is_no_plan_or_is_told_from_what_would_be_done(document):
    """Words for people may differ; all that decides what is done may not."""
    with ending():
        found = read_saved(json.dumps(document, default=str))
        if found is None or what_moved(found, PLAN):
            return
    assert DOCUMENT["digest"] == document["digest"]
    assert [(c["name"], c["digest"], c["steps"]) for c in DOCUMENT["campaigns"]] == [
        (c["name"], c["digest"], c["steps"])
        for c in {each["name"]: each for each in document["campaigns"]}.values()
    ]


@given(
    mutated(
        st.just(json.dumps(DOCUMENT, default=str).encode()),
        [b"9" * 5000, b"[" * 10_000, b'"\\ud800"'],
    )
    | st.binary(max_size=50)
)
@examples(120)
def test_any_bytes_of_a_plan_are_read_or_are_none(data):
    with ending():
        found = read_saved(data)
        if found is not None:
            what_moved(found, PLAN)
