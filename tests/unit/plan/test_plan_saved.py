"""A saved plan against the one that is made now."""

import json
from dataclasses import replace
from typing import Any

import pytest
from building import HOUR, LATER, NOW, OPEN, house, news, plan_of, recorded, reviewers, saved, text

from massctl.model.diagnostics import Diagnostic, Severity
from massctl.model.ids import AccountName
from massctl.model.phrase import Phrase
from massctl.model.state import State
from massctl.plan.plan import Plan
from massctl.plan.plan_file import SavedPlan, only_planned, plan_document, plan_stale, read_saved, what_moved
from massctl.plan.steps import Invalid

SALE = news("sale", window=OPEN, recipients=reviewers("li"))
OTHER = text("words", window=LATER)


def kept(plan: Plan, **changes: Any) -> SavedPlan:
    found = read_saved(json.dumps({**plan_document(plan, ["sale"]), **changes}))
    assert found is not None
    return found


def test_a_plan_that_is_made_again_is_the_same() -> None:
    plan = plan_of([SALE, OTHER])
    assert ([], ["sale"]) == (what_moved(kept(plan), plan), kept(plan).names)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (plan_of([replace(SALE, edition=2), OTHER]), ["of sale: the edition"]),
        (
            plan_of([SALE, OTHER], rules=house(sending="disabled")),
            ["the steps of sale", "what refuses sale (kill_switch)"],
        ),
        (plan_of([replace(SALE, recipients=reviewers("mei")), OTHER]), ["the reviewers, or the words of a refusal"]),
        (plan_of([SALE]), ["words is gone"]),
        (plan_of([SALE, OTHER, text("third", window=LATER)]), ["third is new"]),
        (
            plan_of([SALE, OTHER], recorded(saved(SALE))),
            ["the ledger's serial (1 → 2)", "the status of sale", "the steps of sale"],
        ),
        (plan_of([SALE, OTHER], State()), ["the ledger is another one", "the ledger's serial (1 → 0)"]),
    ],
)
def test_what_moved_is_named(now: Plan, expected: list[str]) -> None:
    assert expected == what_moved(kept(plan_of([SALE, OTHER])), now)


def test_a_window_that_closed_is_named() -> None:
    now = plan_of([SALE], now=NOW + 2 * HOUR)
    found = what_moved(kept(plan_of([SALE])), now)
    assert ["the window of sale", "the steps of sale", "what refuses sale (expired)"] == found


def test_a_refusal_that_is_lifted_is_named() -> None:
    found = what_moved(kept(plan_of([SALE], rules=house(sending="disabled"))), plan_of([SALE]))
    assert ["the steps of sale", "what refuses sale (-)"] == found


def test_the_first_entry_of_a_ledger_is_no_other_ledger() -> None:
    assert ["the ledger's serial (0 → 1)"] == what_moved(kept(plan_of([SALE], State())), plan_of([SALE]))


def test_a_campaign_that_has_faults_now_is_named_by_their_codes() -> None:
    faults = [Diagnostic(code, Severity.ERROR, Phrase("wrong"), None, None) for code in ("MC301", "MC203", "MC301")]
    now = plan_of([Invalid(SALE.name, "", "main", 1, tuple(faults), OPEN), OTHER])
    assert ["sale has faults now (MC203, MC301)"] == what_moved(kept(plan_of([SALE, OTHER])), now)


def test_only_the_digest_is_named_where_the_plan_file_does_not_say_what_it_stands_for() -> None:
    plan = plan_of([SALE])
    campaigns = [{**each, "approved": None} for each in plan_document(plan)["campaigns"]]
    moved = plan_of([replace(SALE, same_content_allowed=True, edition=2)])
    assert "the digest of sale" in what_moved(kept(plan, campaigns=campaigns), moved)


def test_an_account_that_is_called_otherwise_is_named() -> None:
    moved = plan_of([replace(SALE, account=AccountName("shop"))])
    assert "the account's name of sale (main → shop)" in what_moved(kept(plan_of([SALE])), moved)


def test_another_order_is_named() -> None:
    plan = plan_of([SALE, OTHER])
    turned = replace(plan, campaigns=plan.campaigns[::-1])
    assert ["the order of the campaigns"] == what_moved(kept(plan), turned)


@pytest.mark.parametrize(
    "changes", [{"serial": 7}, {"summary": {**plan_document(plan_of(SALE))["summary"], "send_mass": 0}}]
)
def test_a_plan_file_that_says_something_else_than_its_digest_is_refused(changes: dict[str, Any]) -> None:
    plan = plan_of([SALE])
    assert ["the plan file was changed by hand"] == what_moved(kept(plan, **changes), plan)


def test_the_words_of_a_refusal_may_be_in_another_language() -> None:
    plan = plan_of([SALE], rules=house(sending="disabled"))
    document = plan_document(plan, ["sale"])
    document["campaigns"][0]["refusals"][0]["message"] = "总闸已关"
    assert [] == what_moved(SavedPlan.model_validate_json(json.dumps(document)), plan)


def test_a_plan_without_names_is_one_of_everything() -> None:
    document = plan_document(plan_of([SALE]))
    del document["names"]
    found = read_saved(json.dumps(document))
    assert [] == (found and found.names)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format_version": 2}'])
def test_what_is_no_plan_is_none(text: str) -> None:
    assert read_saved(text) is None


def test_the_refusal_names_what_moved() -> None:
    refusal = plan_stale([Phrase("{name} is gone", name="sale"), Phrase("{name} is new", name="words")], ["sale"])
    assert "massctl plan sale --out FILE" in refusal.hint
    assert ("plan_stale", "this is not what was planned any more: sale is gone, words is new") == (
        refusal.guard.value,
        refusal.message,
    )


def test_a_send_that_was_not_planned_is_not_asked_for() -> None:
    bounded = news("sale", window=OPEN, audience=SALE.audience.model_copy(update={"expect": None}))
    plan = plan_of([SALE, bounded])
    held = replace(plan.campaigns[1], steps=())
    found = only_planned(replace(plan, campaigns=(plan.campaigns[0], held)))
    assert [True, False] == [each.may_send for each in found.campaigns]
