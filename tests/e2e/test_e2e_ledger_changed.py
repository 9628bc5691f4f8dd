"""The ledger between a review and the send: a massctl of its own, a WeChat of its own."""

import json
from collections.abc import Callable
from typing import Final

import pytest
from processes import Desk, Wechat
from repositories import Tree
from said import Said

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]

LEDGER: Final = "massctl.state.jsonl"
NEWEST: Final = ".massctl/locks/newest.json"
SETTINGS: Final = "massctl.yaml"
PLAN: Final = "reviewed.json"


def requests(wechat: Wechat) -> int:
    return sum(path["count"] for path in wechat.report()["calls"].values())


def guards(done: Said) -> dict[str, str]:
    """Give what refuses `letter`, by guard."""
    (letter,) = (each for each in done.document["campaigns"] if each["name"] == "letter")
    return {refusal["guard"]: refusal["message"] for refusal in letter["refusals"]}


def lineage_of(desk: Desk) -> str:
    return str(json.loads(desk.tree.read(LEDGER).splitlines()[0])["lineage"])


@pytest.fixture
def staged(desk: Desk) -> Desk:
    """Staged, shown and planned: what is left is the send."""
    assert desk.apply("letter", "--until", "preview").status == 0
    assert desk.massctl("plan", "letter", "--out", PLAN).status == 0
    return desk


def missing(desk: Desk) -> None:
    (desk.tree.root / LEDGER).unlink()


def foreign(desk: Desk) -> None:
    """Put the ledger of another repository in place: whole, and not ours."""
    other = Desk(Tree(desk.tree.root.parent / "other"), desk.variables)
    other.tree.news("letter")
    assert other.apply("letter", "--until", "draft").status == 0
    desk.tree.write(LEDGER, other.tree.read(LEDGER))


def another_lineage(desk: Desk) -> None:
    desk.tree.write(
        SETTINGS, desk.tree.read(SETTINGS).replace(lineage_of(desk), "01JDXW00000000000000000000")
    )


def no_ledger_at_all(desk: Desk) -> None:
    desk.tree.write(LEDGER, "not a ledger\n")


TRUSTED_NO_MORE: dict[str, tuple[Callable[[Desk], None], str]] = {
    "missing": (missing, "ledger_missing"),
    "of another repository": (foreign, "ledger_foreign"),
    "of another lineage by massctl.yaml": (another_lineage, "ledger_foreign"),
    "no ledger": (no_ledger_at_all, ""),
}


@pytest.mark.night
@pytest.mark.parametrize(
    ("change", "guard"),
    [
        pytest.param(
            *each, id=name, marks=[pytest.mark.night] if name.startswith("of another") else []
        )
        for name, each in TRUSTED_NO_MORE.items()
    ],
)
def test_a_ledger_that_cannot_be_trusted_sends_nothing(
    staged: Desk, wechat: Wechat, change: Callable[[Desk], None], guard: str
):
    before = {path: staged.tree.read(path) for path in (LEDGER, SETTINGS)}
    change(staged)
    made = requests(wechat)
    done = staged.apply("letter")
    assert (done.status, requests(wechat), wechat.jobs()) == (5, made, []), done
    assert "ledger" in done.out + done.err
    assert not guard or guard in guards(done)

    for path, text in before.items():
        staged.tree.write(path, text)
    done = staged.apply("--plan", PLAN)
    assert (done.status, len(wechat.jobs())) == (0, 1), done


@pytest.mark.night
def test_a_plan_whose_ledger_is_missing_sends_nothing(staged: Desk, wechat: Wechat):
    made = requests(wechat)
    missing(staged)
    done = staged.apply("--plan", PLAN)
    assert (done.status, requests(wechat), wechat.jobs()) == (5, made, []), done
    assert "ledger" in guards(done)["plan_stale"]


@pytest.mark.night
@pytest.mark.parametrize(
    ("name", "status"), [("letter", 5), pytest.param("notice", 4, marks=pytest.mark.night)]
)
def test_an_older_copy_of_the_ledger_within_a_day_sends_nothing_twice(
    staged: Desk, wechat: Wechat, name: str, status: int
):
    staged.tree.text("notice")
    older = staged.tree.read(LEDGER)
    assert staged.apply(name).status == 0
    staged.tree.write(LEDGER, older)
    (staged.tree.root / NEWEST).unlink()  # As on another machine.
    wechat.later()
    done = staged.apply(name)
    assert (done.status, len(wechat.jobs())) == (status, 1), done


@pytest.mark.night
def test_an_older_copy_of_the_ledger_is_noticed_by_the_machine_that_wrote_the_newer(
    staged: Desk, wechat: Wechat
):
    staged.tree.text("notice")
    older = staged.tree.read(LEDGER)
    assert staged.apply("notice").status == 0
    staged.tree.write(LEDGER, older)
    done = staged.apply("notice")
    assert (done.status, len(wechat.jobs()), "older copy" in done.out + done.err) == (5, 1, True), (
        done
    )
