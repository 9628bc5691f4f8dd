"""Staging: which steps, why, in which order, and what stands only once."""

from dataclasses import replace

import pytest
from building import (
    APPID,
    DAY,
    HOUR,
    NOW,
    OPEN,
    OTHER_APPID,
    attempted,
    house,
    news,
    picture,
    plan_of,
    planned,
    previewed,
    recorded,
    reviewers,
    saved,
    sha,
    steps,
    text,
)
from plan_samples import COVER, EDITED, HERO, SALE, UPLOADS, staged

from massctl.model.entries import (
    DraftDeleted,
    ImageUploaded,
    MaterialAdded,
    MaterialForgotten,
    SendAccepted,
    SendRejected,
)
from massctl.model.ids import AccountName
from massctl.model.message import Purpose, Window
from massctl.plan.plan import Until
from massctl.plan.steps import Kind, Reason, SaveDraft


def test_a_new_campaign_is_uploaded_saved_shown_and_sent_in_this_order():
    assert [
        (HERO, "new"),
        (COVER, "new"),
        ("sale/draft", "new"),
        ("sale/preview/1", "new"),
        ("sale/preview/2", "new"),
        ("sale/send", "due"),
    ] == steps(planned(SALE))


def test_kinds_and_what_can_be_taken_back():
    assert [
        (Kind.UPLOAD_IMAGE, True),
        (Kind.ADD_MATERIAL, True),
        (Kind.SAVE_DRAFT, True),
        (Kind.SEND_PREVIEW, False),
        (Kind.SEND_PREVIEW, False),
        (Kind.SEND_MASS, False),
    ] == [(step.kind, step.reversible) for step in planned(SALE).steps]


def test_before_its_window_everything_but_the_send_is_planned():
    addresses = [address for address, _ in steps(planned(replace(SALE, window=Window(NOW + HOUR, NOW + DAY))))]
    assert [HERO, COVER, "sale/draft", "sale/preview/1", "sale/preview/2"] == addresses


@pytest.mark.parametrize(
    ("until", "addresses"),
    [
        (Until.UPLOAD, [HERO, COVER]),
        (Until.DRAFT, [HERO, COVER, "sale/draft"]),
        (Until.PREVIEW, [HERO, COVER, "sale/draft", "sale/preview/1", "sale/preview/2"]),
        (Until.SEND, [HERO, COVER, "sale/draft", "sale/preview/1", "sale/preview/2", "sale/send"]),
    ],
)
def test_a_run_goes_as_far_as_it_is_told(until, addresses):
    assert addresses == [address for address, _ in steps(planned(SALE, until=until))]


def test_a_text_needs_no_upload_and_no_draft():
    campaign = text("words", window=OPEN, recipients=reviewers("li"))
    assert [("words/preview/1", "new"), ("words/send", "due")] == steps(planned(campaign))


def test_what_is_recorded_is_not_done_again():
    state = staged(SALE, *(previewed(SALE, recipient=each) for each in SALE.recipients))
    assert [("sale/send", "due")] == steps(planned(SALE, state))


# Reasons


def test_changed_content_gets_a_new_draft_and_names_the_one_it_supersedes():
    campaign = planned(
        EDITED, staged(SALE, *(previewed(SALE, recipient=each) for each in SALE.recipients)), until=Until.PREVIEW
    )
    assert [
        ("sale/draft", "content_changed"),
        ("sale/preview/1", "content_changed"),
        ("sale/preview/2", "content_changed"),
    ] == steps(campaign)
    assert ["MEDIA_1"] == [step.supersedes for step in campaign.steps if isinstance(step, SaveDraft)]


def test_changed_content_is_the_reason_of_its_new_pictures():
    changed = replace(SALE, pictures=(*SALE.pictures, picture("third")))
    assert (f"main/image/{sha('third')[:12]}", "content_changed") == steps(planned(changed, staged(SALE)))[0]


def test_what_wechat_lost_of_a_staged_campaign_is_new_and_its_content_is_not():
    state = staged(SALE)
    state.materials.clear()
    assert [(f"main/material/{sha('cover')[:12]}", "new")] == steps(planned(SALE, state, until=Until.PREVIEW))[:1]


def test_a_draft_that_is_gone_is_missing():
    state = staged(SALE, (DraftDeleted(appid=APPID, media_id="MEDIA_1", reason="gone"), SALE))
    draft = next(step for step in planned(SALE, state).steps if isinstance(step, SaveDraft))
    assert ("draft_missing", None) == (draft.reason, draft.supersedes)


def test_a_raised_edition_is_the_reason_of_everything_that_is_staged_for_it():
    state = recorded(saved(SALE), attempted(SALE), (SendAccepted(attempt=3, msg_id=7), SALE))
    raised = replace(SALE, edition=2, recipients=())
    assert [
        (HERO, "edition_raised"),
        (COVER, "edition_raised"),
        ("sale/draft", "edition_raised"),
        ("sale/send", "due"),
    ] == steps(planned(raised, state))


def test_a_lowered_edition_is_new():
    assert ("sale/draft", "new") in steps(planned(SALE, recorded(saved(replace(SALE, edition=2)))))


def test_a_retryable_refusal_stages_nothing_anew():
    state = staged(SALE, attempted(SALE), (SendRejected(attempt=5, errcode=45028, retryable=True), SALE))
    assert [("sale/send", "due")] == steps(planned(replace(SALE, recipients=()), state))


# Uploads


def test_an_upload_shared_by_campaigns_stands_once_under_the_first():
    second = news("second", window=OPEN)
    plan = plan_of([second, SALE], until=Until.UPLOAD)
    assert [("sale", [(HERO, "new"), (COVER, "new")]), ("second", [])] == [(c.name, steps(c)) for c in plan.campaigns]


def test_accounts_share_no_upload():
    elsewhere = replace(SALE, account=AccountName("other"), appid=OTHER_APPID)
    addresses = [step.address for step in plan_of([SALE, elsewhere], until=Until.UPLOAD).steps]
    assert [HERO, COVER, HERO.replace("main", "other"), COVER.replace("main", "other")] == addresses


def test_the_same_bytes_go_once_to_each_endpoint():
    campaign = news("sale", pictures=(picture("hero"), picture("hero", Purpose.MATERIAL), picture("hero")))
    found = steps(planned(campaign, rules=house("sale"), until=Until.UPLOAD))
    assert [HERO, HERO.replace("image", "material")] == [a for a, _ in found]


def test_one_endpoint_does_not_know_what_the_other_took():
    state = recorded(
        MaterialAdded(appid=APPID, sha256=sha("hero"), media_id="m"),
        ImageUploaded(appid=APPID, sha256=sha("cover"), url="u"),
    )
    assert [HERO, COVER] == [a for a, _ in steps(planned(SALE, state, until=Until.UPLOAD))]


def test_a_forgotten_material_is_uploaded_once_more():
    state = recorded(*UPLOADS, MaterialForgotten(appid=APPID, sha256=sha("cover")))
    assert [(COVER, "new")] == steps(planned(SALE, state, until=Until.UPLOAD))


def test_a_draft_that_only_shows_what_is_not_merged_has_an_address_of_its_own():
    shown = SaveDraft(SALE, Reason.NEW, for_preview=True)
    assert ("sale/draft", "sale/draft/preview") == (replace(shown, for_preview=False).address, shown.address)
