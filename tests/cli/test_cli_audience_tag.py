"""A subscription account reaches an audience by a tag that massctl fills, reads back and leaves alone."""

import json
import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from audience_samples import EAST, LETTER, PEOPLE, lock
from cli_runner import NOON, Shell
from repositories import APPID

from massctl.apply.stage import recount_refusal
from massctl.audience.key import SnapshotKey
from massctl.audience.member_sets import MemberSets
from massctl.audience.snapshots import Snapshots
from massctl.ledger.snapshot_objects import SnapshotFolder
from massctl.model.audience import AudienceName
from massctl.sandbox.audience import fingerprint
from massctl.sandbox.embedded import open_world
from massctl.wechat.client import WeChatClient

pytestmark = pytest.mark.slow
BY_TAG = EAST + "deliver: {by: tag}\n"
STRANGER = "oSTRANGER0001"


@pytest.fixture
def letter(shell: Shell) -> Iterator[Shell]:
    """A letter of a subscription account to seven people, whose snapshot is where rehearsals look for it."""
    key = str(pytest.importorskip("pyrage").x25519.Identity.generate())
    shell.tree.settings(language="en")
    written = shell.tree.read("massctl.yaml").replace("kind: service", "kind: subscription")
    shell.tree.write("massctl.yaml", written)
    shell.tree.write("campaigns/letter/campaign.yaml", LETTER)
    shell.tree.write("audiences/east.yaml", BY_TAG)
    shell.env(MASSCTL_SNAPSHOT_KEY=key)
    freeze(shell, key, PEOPLE)
    yield shell
    told = "".join(
        path.read_bytes().decode(errors="replace")
        for path in shell.root.rglob("*")
        if path.is_file() and ".git" not in path.parts
    )
    assert not [each for each in PEOPLE if each in told]


def freeze(shell: Shell, key: str, people: tuple[str, ...]) -> None:
    lock(shell.tree, people=people)
    for folder in (shell.root, shell.root / ".massctl/sandbox"):
        place = SnapshotFolder(folder / "massctl.snapshots", "massctl.snapshots", {})
        with MemberSets() as sets:
            snapshots = Snapshots(place, SnapshotKey("K", {"K": key}))
            checked = snapshots.without_erased(sets, sets.of(people))
            snapshots.write(sets, checked, AudienceName("east"), NOON)


def by_hand(shell: Shell, *people: str, tagged: bool = True) -> None:
    """Let a person edit the tag in the console."""
    world = open_world(shell.root / ".massctl/sandbox", real_now=lambda: NOON)
    with world._store.transaction() as db:
        names = {fingerprint(APPID, each) for each in people}
        for key, tag in db.items("tags", name="massctl/east"):
            others = set(tag["others"]) | names if tagged else set(tag["others"]) - names
            db.put("tags", key, {**tag, "others": sorted(others)})
    world.close()


def entries(shell: Shell) -> list[dict[str, object]]:
    lines = shell.tree.read(".massctl/sandbox/massctl.state.jsonl").splitlines()
    return [json.loads(line) for line in lines]


def test_a_plan_previews_the_fill_and_an_apply_sends_to_exactly_these_people(letter: Shell) -> None:
    planned = letter("plan", "letter", "--sandbox")
    assert "fill the tag massctl/east: +7 −0" in planned.out
    document = letter("plan", "letter", "--sandbox", "--format", "json").document
    (step,) = [e for e in document["campaigns"][0]["steps"] if e["kind"] == "fill_tag"]
    assert ("main/tag/east", {"added": 7, "removed": 0}) == (step["address"], step["change"])
    said = letter("apply", "letter", "--sandbox", "--yes")
    assert 0 == said.status, said.out + said.err
    (job,) = letter.report()["jobs"]
    assert 7 == job["total_count"]
    (attempt,) = [each for each in entries(letter) if each["type"] == "send_attempted"]
    audience = attempt["audience"]
    assert {"of", "by", "sha256", "count", "tag_id"} == set(audience)


def test_an_edit_by_hand_before_the_run_is_told_and_put_right(letter: Shell) -> None:
    assert 0 == letter("apply", "letter", "--sandbox", "--until", "draft").status
    by_hand(letter, STRANGER)
    said = letter("apply", "letter", "--sandbox", "--yes")
    assert (0, True) == (said.status, "somebody changed the tag massctl/east" in said.err)
    assert 7 == letter.report()["jobs"][0]["total_count"]


def test_without_the_key_nothing_is_filled_and_nothing_sent(letter: Shell) -> None:
    letter.env(MASSCTL_SNAPSHOT_KEY="")
    said = letter("apply", "letter", "--sandbox", "--yes")
    assert 5 == said.status
    assert "MASSCTL_SNAPSHOT_KEY" in said.out + said.err
    assert [] == letter.report()["jobs"]


@pytest.mark.parametrize(
    ("people", "tagged", "words"),
    [((STRANGER,), True, "+1 −0"), (PEOPLE[:1], False, "+0 −1")],
)
def test_an_edit_between_fill_and_request_sends_nothing_and_the_next_run_goes_on(
    letter: Shell, monkeypatch: pytest.MonkeyPatch, people, tagged, words
) -> None:
    def edited(context, campaign):
        by_hand(letter, *people, tagged=tagged)
        return recount_refusal(context, campaign)

    with monkeypatch.context() as patch:
        patch.setattr("massctl.apply.preflight.recount_refusal", edited)
        said = letter("apply", "letter", "--sandbox", "--yes", "--format", "json")
    (campaign,) = said.document["campaigns"]
    (refusal,) = campaign["refusals"]
    assert (5, "audience_changed", True) == (
        said.status,
        refusal["guard"],
        words in refusal["message"],
    )
    assert [] == letter.report()["jobs"]
    assert 0 == letter("apply", "letter", "--sandbox", "--yes").status
    assert 7 == letter.report()["jobs"][0]["total_count"]


class Killed(BaseException):
    """The process dies here."""


def test_a_run_that_is_killed_behind_every_call_sends_once_and_to_nobody_else(
    letter: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each run dies one call later than the one before, until one does not die."""
    once, died = WeChatClient._once, 0
    for moment in range(30):
        left = iter(range(moment))

        def dies(self, request, token, *, left=left, **more):
            answer = once(self, request, token, **more)
            if next(left, None) is None:
                raise Killed
            return answer

        with monkeypatch.context() as patch:
            patch.setattr(WeChatClient, "_once", dies)
            try:
                status = letter("apply", "letter", "--sandbox", "--yes").status
            except Killed:
                status = None
        died += status is None
        if moment % 3 == 1:
            by_hand(letter, STRANGER)
        if status == 0:
            break
    for _ in range(3):
        letter("apply", "letter", "--sandbox", "--yes")
        letter.set_time(NOON + timedelta(minutes=3))
    (job,) = letter.report()["jobs"]
    assert (7, True) == (job["total_count"], died >= 8)
    assert [] == letter.report()["violations"]


def test_a_tag_that_a_running_job_needs_is_planned_for_nobody_else(letter: Shell) -> None:
    assert 0 == letter("apply", "letter", "--sandbox", "--yes").status
    key = os.environ["MASSCTL_SNAPSHOT_KEY"]
    freeze(letter, key, PEOPLE[2:])
    letter.tree.write("campaigns/second/campaign.yaml", LETTER.replace("今晚", "明晚"))
    staged = letter("apply", "second", "--sandbox", "--until", "draft")
    assert (0, 7) == (staged.status, letter.report()["jobs"][0]["total_count"])
    assert 1 == sum(each["type"] == "tag_filled" for each in entries(letter))
    letter.set_time(NOON + timedelta(minutes=10))
    assert 0 == letter("status", "letter", "--sandbox").status
    planned = letter("plan", "second", "--sandbox")
    assert "fill the tag massctl/east: +0 −2" in planned.out
    assert 0 == letter("apply", "second", "--sandbox", "--until", "draft").status
    assert [7, 5] == [e["count"] for e in entries(letter) if e["type"] == "tag_filled"]


def test_a_preview_fills_no_tag(letter: Shell) -> None:
    said = letter("preview", "letter", "--sandbox", "--towxname", "editor_li")
    assert 0 == said.status, said.out + said.err
    assert not [each for each in entries(letter) if str(each["type"]).startswith("tag_")]


def test_a_send_whose_answer_is_lost_is_repeated_to_the_same_people_once(letter: Shell) -> None:
    path = "/cgi-bin/message/mass/sendall"
    letter.faults({"path": path, "do": "answer_lost"})
    assert 4 == letter("apply", "letter", "--sandbox", "--yes", "--no-wait").status
    by_hand(letter, STRANGER)
    letter.set_time(NOON + timedelta(minutes=3))
    refused = letter("apply", "letter", "--sandbox", "--yes")
    assert (4, True) == (refused.status, "the tag massctl/east" in refused.out + refused.err)
    by_hand(letter, STRANGER, tagged=False)
    assert 0 == letter("apply", "letter", "--sandbox", "--yes").status
    assert [7] == [each["total_count"] for each in letter.report()["jobs"]]
