"""Campaigns that are concluded, invalid or gone, and a ledger that cannot be trusted."""

from typing import Any

import pytest
from building import (
    APPID,
    NOW,
    OPEN,
    OTHER_APPID,
    attempted,
    codes,
    guards,
    house,
    news,
    plan_of,
    planned,
    recorded,
    sent,
    sha,
    steps,
    text,
)

from massctl.model.diagnostics import Diagnostic, Place, Severity
from massctl.model.entries import JobStatus, SendSettled
from massctl.model.ids import CampaignName
from massctl.plan.plan import make_plan
from massctl.plan.steps import Concluded, Gone, Guard, Invalid, Refusal

WORDS = text("words", window=OPEN)


def concluded(source: str | None = None, **changes: Any) -> Concluded:
    fields = {"title": "", "account": "main", "appid": APPID, "edition": 1, "window": OPEN}
    fields["source_sha256"] = source or WORDS.source_sha256
    return Concluded(name=WORDS.name, **{**fields, **changes})


def test_a_sent_campaign_has_nothing_to_do_and_keeps_its_digest():
    campaign = planned(concluded(), recorded(*sent(WORDS)), house("words"))
    assert ("sending", WORDS.digest, [], [], []) == (
        campaign.status,
        campaign.digest,
        steps(campaign),
        guards(campaign),
        codes(campaign.diagnostics),
    )


def test_a_campaign_that_was_sent_in_the_console_has_no_digest():
    settled = SendSettled(outcome="sent", reason="seen", by="wang")
    campaign = planned(concluded(sha("another folder")), recorded((settled, WORDS)))
    assert ("sent", None, []) == (campaign.status, campaign.digest, codes(campaign.diagnostics))


def test_an_edit_after_the_send_is_a_warning():
    campaign = planned(concluded(sha("edited")), recorded(*sent(WORDS)))
    assert (["MC401"], [], []) == (codes(campaign.diagnostics), guards(campaign), steps(campaign))
    assert Severity.WARNING is campaign.diagnostics[0].severity
    assert "raise `edition` to 2" in (campaign.diagnostics[0].hint or "")


def test_an_edit_after_the_send_is_a_refusal_when_named():
    campaign = planned(concluded(sha("edited")), recorded(*sent(WORDS)), house("words"))
    assert (["edited_after_send"], [], []) == (guards(campaign), codes(campaign.diagnostics), steps(campaign))


@pytest.mark.parametrize("status", ["sending", "awaiting_admin", "sent", "failed", "deleted"])
def test_what_went_out_is_never_sent_again_even_if_it_is_rendered(status):
    job = JobStatus(msg_id=7, status=status)
    campaign = planned(WORDS, recorded(*sent(WORDS), (job, WORDS)), house("words"))
    assert ([], False, []) == (steps(campaign), campaign.may_send, guards(campaign))


def test_what_went_out_and_was_edited_is_never_sent_again_even_if_it_is_rendered():
    edited = text("words", "明晚八点", window=OPEN)
    campaign = planned(edited, recorded(*sent(WORDS)), house("words"))
    assert ([], ["edited_after_send"]) == (steps(campaign), guards(campaign))


def test_an_invalid_campaign_has_its_faults_and_nothing_else():
    fault = Diagnostic("MC011", Severity.ERROR, "unknown key", Place("campaigns/words/campaign.yaml", 3, 1))
    invalid = Invalid(WORDS.name, "标题", None, None, (fault,))
    campaign = planned(invalid, recorded(attempted(text("words"))))
    assert (("MC011",), [], [], "in_doubt", None) == (
        tuple(codes(campaign.diagnostics)),
        steps(campaign),
        guards(campaign),
        campaign.status,
        campaign.edition,
    )


def test_an_invalid_campaign_stops_only_itself():
    invalid = Invalid(CampaignName("broken"), "", "main", 1, ())
    assert ["words/send"] == [step.address for step in plan_of([invalid, WORDS]).steps]


def test_a_campaign_in_doubt_whose_folder_is_gone_is_not_forgotten():
    gone = Gone(WORDS.name, "main", WORDS.appid, 1)
    campaign = planned(gone, recorded(attempted(WORDS)))
    assert ("in_doubt", ["account_in_doubt"], ["MC403"], []) == (
        campaign.status,
        guards(campaign),
        codes(campaign.diagnostics),
        steps(campaign),
    )


def test_a_ledger_that_cannot_be_trusted_stops_everything():
    stop = Refusal(Guard.LEDGER_FOREIGN, "another ledger", "find the right one")
    plan = make_plan([news("sale"), WORDS], recorded(), house("words", "sale"), NOW, stop=stop)
    assert ([["ledger_foreign"]] * 2, (), False, False) == (
        [guards(c) for c in plan.campaigns],
        plan.steps,
        plan.can_apply,
        plan.would_send,
    )


def test_a_doubt_about_a_campaign_that_is_gone_stops_its_account_only():
    gone = Gone(CampaignName("gone"), "main", APPID, 1)
    state = recorded(attempted(text("gone")))
    ours, elsewhere = text("ours", "一", window=OPEN), text("elsewhere", "二", window=OPEN, appid=OTHER_APPID)
    assert {"gone": ["account_in_doubt"], "ours": ["account_in_doubt"], "elsewhere": []} == {
        campaign.name: guards(campaign) for campaign in plan_of([gone, ours, elsewhere], state).campaigns
    }
