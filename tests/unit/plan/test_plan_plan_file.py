"""The plan as JSON, saved and read again."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from building import (
    APPID,
    DAY,
    HOUR,
    LATER,
    LINEAGE,
    NOW,
    OPEN,
    PAST,
    at,
    attempted,
    folder_of,
    house,
    news,
    picture,
    plan_of,
    recorded,
    reviewers,
    saved,
    sha,
    text,
)
from copies import replace
from pydantic import TypeAdapter, ValidationError

from massctl import __version__
from massctl.errors import NotAPlanError
from massctl.model.diagnostics import Diagnostic, Place, Severity
from massctl.model.entries import ImageUploaded, SendRejected
from massctl.model.ids import AccountName, CampaignName
from massctl.model.lock import lock_document
from massctl.model.message import TextMessage, Window
from massctl.model.phrase import Phrase
from massctl.model.selection import Selection
from massctl.model.state import State
from massctl.plan.lock_diff import PlannedMoment
from massctl.plan.plan import Plan
from massctl.plan.plan_file import (
    SavedPlan,
    only_planned,
    plan_digest,
    plan_document,
    plan_stale,
    read_saved,
    reviewable,
    what_moved,
)
from massctl.plan.quota import Span, Unit
from massctl.plan.steps import Invalid

WARNING = Diagnostic(
    "MC309",
    Severity.WARNING,
    "a link became a footnote",
    Place("campaigns/sale/main.md", 3, 1, 3, 9),
    "keep",
    "sale",
)
SALE = news(
    "sale",
    window=OPEN,
    title="春季大促",
    recipients=reviewers("li"),
    pictures=(picture(),),
    diagnostics=(WARNING,),
)


def test_a_span_of_an_allowance_is_read_as_it_was_planned():
    written = {
        "per": "day",
        "from": "2026-12-01",
        "of": "sends",
        "limit": 1,
        "used": 0,
        "campaigns": ["a"],
        "left": 0,
    }
    span = Span(Unit.DAY, date(2026, 12, 1), "sends", 1, 0, (CampaignName("a"),), 0)
    assert span == TypeAdapter(Span).validate_json(json.dumps(written))


@pytest.mark.parametrize("year", [1999, 2201])
def test_a_moment_of_another_age_is_in_no_plan(year: int):
    moments = TypeAdapter(PlannedMoment)
    assert NOW == moments.validate_python(NOW)
    with pytest.raises(ValidationError):
        moments.validate_python(NOW.replace(year=year))


def test_a_saved_plan_knows_what_was_selected():
    selection = Selection(("main",), ("clients/north",))
    saved = read_saved(json.dumps(plan_document(plan_of([SALE]), selection=selection)).encode())
    assert saved is not None
    assert selection == saved.selection


def test_the_document_of_a_plan():
    refused = text("words", diagnostics=(Diagnostic("MC403", Severity.INFO, "somewhere"),))
    plan = plan_of([SALE, refused])
    hero = sha("hero")[:12]
    assert {
        "format_version": 1,
        "digest": plan_digest(plan),
        "lineage": LINEAGE,
        "serial": 1,
        "names": [],
        "accounts": [],
        "groups": [],
        "owners": {},
        "people": None,
        "campaigns": [
            {
                "name": "sale",
                "title": "春季大促",
                "folder": "campaigns/sale",
                "group": "",
                "inherited": [],
                "audience_count": None,
                "audience_before": None,
                "people": None,
                "tag_due": None,
                "awaiting_until": None,
                "account": "main",
                "edition": 1,
                "status": "new",
                "window": "due",
                "next_at": None,
                "handoff": [],
                "reading": [{"words": 2, "minutes": 1, "opening": "你好"}],
                "destinations": [],
                "unscanned": False,
                "digest": SALE.digest,
                "steps": [
                    {
                        "kind": "upload_image",
                        "address": f"main/image/{hero}",
                        "reason": "new",
                        "reversible": True,
                    },
                    {
                        "kind": "save_draft",
                        "address": "sale/draft",
                        "reason": "new",
                        "reversible": True,
                    },
                    {
                        "kind": "send_preview",
                        "address": "sale/preview/1",
                        "reason": "new",
                        "reversible": False,
                    },
                    {
                        "kind": "send_mass",
                        "address": "sale/send",
                        "reason": "due",
                        "reversible": False,
                    },
                ],
                "refusals": [],
                "diagnostics": [
                    {
                        "code": "MC309",
                        "severity": "warning",
                        "message": "a link became a footnote",
                        "hint": "keep",
                        "campaign": "sale",
                        "file": "campaigns/sale/main.md",
                        "line": 3,
                        "column": 1,
                        "end_line": 3,
                        "end_column": 9,
                    }
                ],
                "approvals": [],
                "approved": lock_document(SALE, f"massctl {__version__}"),
            },
            {
                "name": "words",
                "title": refused.title,
                "folder": "campaigns/words",
                "group": "",
                "inherited": [],
                "audience_count": None,
                "audience_before": None,
                "people": None,
                "tag_due": None,
                "awaiting_until": None,
                "account": "main",
                "edition": 1,
                "status": "new",
                "window": "none",
                "next_at": None,
                "handoff": [],
                "reading": [],
                "destinations": [],
                "unscanned": False,
                "digest": refused.digest,
                "steps": [],
                "refusals": [
                    {
                        "guard": "not_named",
                        "message": "it has no window, so it is staged and sent only by name",
                        "hint": "massctl apply words",
                    }
                ],
                "diagnostics": [
                    {
                        "code": "MC403",
                        "severity": "info",
                        "message": "somewhere",
                        "hint": None,
                        "campaign": None,
                        "file": None,
                        "line": None,
                        "column": None,
                        "end_line": None,
                        "end_column": None,
                    }
                ],
                "approvals": [],
                "approved": lock_document(refused, f"massctl {__version__}"),
            },
        ],
        "allowance": [],
        "summary": {
            "upload_image": 1,
            "add_material": 0,
            "save_draft": 1,
            "fill_tag": 0,
            "send_preview": 1,
            "send_mass": 1,
        },
    } == json.loads(json.dumps(plan_document(plan)))


def test_a_later_moment_is_written_with_its_offset():
    plan = plan_of(text("words", window=Window(NOW + HOUR, NOW + DAY)))
    assert "2026-12-01T05:00:00+00:00" == plan_document(plan)["campaigns"][0]["next_at"]


def test_without_a_ledger_lineage_is_null_and_serial_0():
    document = plan_document(plan_of([], State()))
    assert (None, 0, [], 0) == (
        document["lineage"],
        document["serial"],
        document["campaigns"],
        sum(document["summary"].values()),
    )


def test_diagnostics_are_ordered_by_place():
    first, second = (
        replace(WARNING, place=Place("campaigns/sale/main.md", line)) for line in (1, 2)
    )
    document = plan_document(plan_of(replace(SALE, diagnostics=(second, first))))
    assert [1, 2] == [each["line"] for each in document["campaigns"][0]["diagnostics"]]


IN_DOUBT = text("doubt", window=Window(NOW - HOUR, NOW + 3 * HOUR))
QUIET = {"quiet_hours": {"from": "12:00", "to": "14:00"}}
STEADY: dict[str, Any] = {
    "due": lambda now: plan_of(SALE, now=now),
    "waiting": lambda now: plan_of(text(window=Window(NOW + HOUR, NOW + DAY)), now=now),
    "expired": lambda now: plan_of(text(window=PAST), now=now),
    "without a window": lambda now: plan_of(text(), now=now),
    "in quiet hours": lambda now: plan_of(
        text(window=Window(NOW, NOW + DAY)), rules=house(**QUIET), now=now
    ),
    "in quiet hours, named": lambda now: plan_of(
        text("words"), rules=house("words", **QUIET), now=now
    ),
    "frozen": lambda now: plan_of(
        text("words"), rules=house("words", freeze=["2026-12-01"]), now=now
    ),
    "in doubt, waiting": lambda now: plan_of(
        IN_DOUBT, recorded(at(NOW, attempted(IN_DOUBT)[0], IN_DOUBT)), now=now
    ),
    "in doubt, due": lambda now: plan_of(
        IN_DOUBT, recorded(at(NOW - HOUR, attempted(IN_DOUBT)[0], IN_DOUBT)), now=now
    ),
    "in doubt, too old": lambda now: plan_of(
        IN_DOUBT, recorded(at(NOW - DAY, attempted(IN_DOUBT)[0], IN_DOUBT)), now=now
    ),
    "in doubt, in quiet hours": lambda now: plan_of(
        IN_DOUBT, recorded(at(NOW - HOUR, attempted(IN_DOUBT)[0], IN_DOUBT)), house(**QUIET), now
    ),
}


@pytest.mark.parametrize("name", STEADY)
def test_a_plan_that_is_made_again_a_little_later_has_the_same_digest(name):
    assert plan_digest(STEADY[name](NOW)) == plan_digest(STEADY[name](NOW + timedelta(seconds=50)))


def digest_with(**changes: Any) -> str:
    return plan_digest(plan_of(replace(SALE, **changes)))


@pytest.mark.parametrize(
    "changes",
    [{"diagnostics": ()}, {"title": "另一个名字"}, {"source_sha256": sha("a comment was added")}],
)
def test_the_digest_does_not_change_with_what_changes_nothing_that_is_done(changes):
    assert digest_with() == digest_with(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"edition": 2},
        {"send_ignore_reprint": True},
        {"message": TextMessage("今晚八点")},
        {"pictures": ()},
        {"window": Window(NOW - HOUR, NOW + 2 * HOUR)},
        {"recipients": ()},
        {"recipients": reviewers("wang")},
        {"recipients": reviewers("li", "wang")},
    ],
)
def test_the_digest_changes_with_everything_that_is_done(changes):
    assert digest_with() != digest_with(**changes)


def others() -> dict[str, Plan]:
    rejected = SendRejected(attempt=3, errcode=45028)
    return {
        "another ledger": replace(plan_of(SALE), lineage="01JDXW00000000000000000001"),
        "a newer page": replace(plan_of(SALE), serial=2),
        "a picture is there": plan_of(
            SALE, recorded(ImageUploaded(appid=APPID, sha256=sha("hero"), url="u"))
        ),
        "a draft is there": plan_of(SALE, recorded(saved(SALE))),
        "it was refused": plan_of(SALE, recorded(saved(SALE), attempted(SALE), (rejected, SALE))),
        "a refusal": plan_of(SALE, rules=house(no_send=True)),
        "another refusal": plan_of(SALE, rules=house(sending="disabled")),
        "not yet": plan_of(SALE, now=NOW - 2 * HOUR),
        "too late": plan_of(SALE, now=NOW + 2 * HOUR),
        "one more campaign": plan_of([SALE, text("words")]),
        "no campaign": plan_of([]),
    }


def test_every_other_plan_has_another_digest():
    digests = [plan_digest(plan_of(SALE)), *(plan_digest(plan) for plan in others().values())]
    assert len(digests) == len(set(digests))


NEWS = news("sale", window=OPEN, recipients=reviewers("li"))
OTHER = text("words", window=LATER)


def kept(plan: Plan, **changes: Any) -> SavedPlan:
    found = read_saved(json.dumps({**plan_document(plan, ["sale"]), **changes}))
    assert found is not None
    return found


def test_a_plan_that_is_made_again_is_the_same() -> None:
    plan = plan_of([NEWS, OTHER])
    assert ([], ["sale"]) == (what_moved(kept(plan), plan), kept(plan).names)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (plan_of([replace(NEWS, edition=2), OTHER]), ["sale (the edition)"]),
        (
            plan_of([NEWS, OTHER], rules=house(sending="disabled")),
            ["the steps of sale", "what refuses sale (kill_switch)"],
        ),
        (
            plan_of([replace(NEWS, recipients=reviewers("mei")), OTHER]),
            ["the reviewers, or the text of a refusal"],
        ),
        (plan_of([NEWS]), ["words is gone"]),
        (plan_of([NEWS, OTHER, text("third", window=LATER)]), ["third is new"]),
        (
            plan_of([NEWS, OTHER], recorded(saved(NEWS))),
            ["the ledger's serial (1 → 2)", "the status of sale", "the steps of sale"],
        ),
        (
            plan_of([NEWS, OTHER], State()),
            ["there is another ledger", "the ledger's serial (1 → 0)"],
        ),
    ],
)
def test_what_moved_is_named(now: Plan, expected: list[str]) -> None:
    assert expected == what_moved(kept(plan_of([NEWS, OTHER])), now)


def test_a_window_that_closed_is_named() -> None:
    now = plan_of([NEWS], now=NOW + 2 * HOUR)
    found = what_moved(kept(plan_of([NEWS])), now)
    assert ["the window of sale", "the steps of sale", "what refuses sale (expired)"] == found


def test_a_refusal_that_is_lifted_is_named() -> None:
    found = what_moved(kept(plan_of([NEWS], rules=house(sending="disabled"))), plan_of([NEWS]))
    assert ["the steps of sale", "what refuses sale (-)"] == found


def test_the_first_entry_of_a_ledger_is_no_other_ledger() -> None:
    assert ["the ledger's serial (0 → 1)"] == what_moved(
        kept(plan_of([NEWS], State())), plan_of([NEWS])
    )


def test_a_campaign_that_has_faults_now_is_named_by_their_codes() -> None:
    faults = [
        Diagnostic(code, Severity.ERROR, Phrase("wrong"), None, None)
        for code in ("MC301", "MC203", "MC301")
    ]
    now = plan_of(
        [Invalid(NEWS.name, folder_of(NEWS.name), "", "main", 1, tuple(faults), OPEN), OTHER]
    )
    assert ["sale has faults now (MC203, MC301)"] == what_moved(kept(plan_of([NEWS, OTHER])), now)


def test_only_the_digest_is_named_where_the_plan_file_does_not_say_what_it_stands_for() -> None:
    plan = plan_of([NEWS])
    campaigns = [{**each, "approved": None} for each in plan_document(plan)["campaigns"]]
    moved = plan_of([replace(NEWS, same_content_allowed=True, edition=2)])
    assert "the digest of sale" in what_moved(kept(plan, campaigns=campaigns), moved)


def test_an_account_that_is_called_otherwise_is_named() -> None:
    moved = plan_of([replace(NEWS, account=AccountName("shop"))])
    assert "the account's name of sale (main → shop)" in what_moved(kept(plan_of([NEWS])), moved)


def test_another_order_is_named() -> None:
    plan = plan_of([NEWS, OTHER])
    turned = replace(plan, campaigns=plan.campaigns[::-1])
    assert ["the order of the campaigns"] == what_moved(kept(plan), turned)


@pytest.mark.parametrize(
    "changes",
    [{"serial": 7}, {"summary": {**plan_document(plan_of(NEWS))["summary"], "send_mass": 0}}],
)
def test_a_plan_file_that_says_something_else_than_its_digest_is_refused(
    changes: dict[str, Any],
) -> None:
    plan = plan_of([NEWS])
    assert ["the plan file was changed by hand"] == what_moved(kept(plan, **changes), plan)


def test_the_words_of_a_refusal_may_be_in_another_language() -> None:
    plan = plan_of([NEWS], rules=house(sending="disabled"))
    document = plan_document(plan, ["sale"])
    document["campaigns"][0]["refusals"][0]["message"] = "总闸已关"
    assert [] == what_moved(read_saved(json.dumps(document)), plan)


def test_a_plan_without_names_is_one_of_everything() -> None:
    document = plan_document(plan_of([NEWS]))
    del document["names"]
    found = read_saved(json.dumps(document))
    assert () == (found and found.names)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format_version": 2}'])
def test_what_is_no_plan_is_none(text: str) -> None:
    assert read_saved(text) is None


def test_for_a_review_a_plan_that_was_stopped_is_a_plan_too() -> None:
    document = plan_document(plan_of([], State()))
    stopped = {key: document[key] for key in ("format_version", "campaigns", "serial", "summary")}
    stopped |= {
        "digest": None,
        "lineage": None,
        "error": {"errcode": None, "rid": None, "message": "m", "hint": "h"},
    }
    assert ("SavedPlan", "StoppedPlan") == tuple(
        type(reviewable(json.dumps(each))).__name__ for each in (document, stopped)
    )


def test_a_review_of_another_file_names_the_places_that_do_not_fit() -> None:
    document = {**plan_document(plan_of([NEWS])), "surprise": 1, "serial": "1"}
    with pytest.raises(NotAPlanError) as stop:
        reviewable(json.dumps(document), "p.json")
    assert "p.json is not a plan for review: serial, surprise" == stop.value.summary


def test_the_refusal_names_what_moved() -> None:
    refusal = plan_stale(
        [Phrase("{name} is gone", name="sale"), Phrase("{name} is new", name="words")], ["sale"]
    )
    assert "massctl plan sale --out FILE" in refusal.hint
    assert ("plan_stale", "this differs from the saved plan: sale is gone, words is new") == (
        refusal.guard.value,
        refusal.message,
    )


def test_a_send_that_was_not_planned_is_not_asked_for() -> None:
    bounded = news("sale", window=OPEN, audience=NEWS.audience.model_copy(update={"expect": None}))
    plan = plan_of([NEWS, bounded])
    held = replace(plan.campaigns[1], steps=())
    found = only_planned(replace(plan, campaigns=(plan.campaigns[0], held)))
    assert [True, False] == [each.may_send for each in found.campaigns]
