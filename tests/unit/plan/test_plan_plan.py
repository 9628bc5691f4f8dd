"""Steps, previews and order of a plan."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from building import (
    APPID,
    DAY,
    HOUR,
    LATER,
    NOW,
    OPEN,
    OTHER_APPID,
    PAST,
    attempted,
    codes,
    folder_of,
    guards,
    house,
    news,
    picture,
    plan_of,
    planned,
    previewed,
    recorded,
    reviewers,
    saved,
    sent,
    sha,
    steps,
    text,
)
from copies import replace
from plan_samples import COVER, EDITED, HERO, SALE, UPLOADS, staged

from massctl.model.diagnostics import Diagnostic, Place, Severity
from massctl.model.entries import (
    DraftDeleted,
    ImageUploaded,
    JobStatus,
    MaterialAdded,
    MaterialForgotten,
    Previewed,
    SendAccepted,
    SendRejected,
    SendSettled,
)
from massctl.model.ids import AccountName, AppId, CampaignName, Folder
from massctl.model.message import Inherited, Purpose, Recipient, RenderedCampaign, Window
from massctl.model.state import State
from massctl.plan.plan import Plan, PlannedCampaign, Showing, Until, make_plan
from massctl.plan.steps import (
    Concluded,
    Gone,
    Guard,
    Invalid,
    Kind,
    Reason,
    Refusal,
    SaveDraft,
    SendMass,
    SendPreview,
    UploadMedia,
)


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
    addresses = [
        address
        for address, _ in steps(planned(replace(SALE, window=Window(NOW + HOUR, NOW + DAY))))
    ]
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
        EDITED,
        staged(SALE, *(previewed(SALE, recipient=each) for each in SALE.recipients)),
        until=Until.PREVIEW,
    )
    assert [
        ("sale/draft", "content_changed"),
        ("sale/preview/1", "content_changed"),
        ("sale/preview/2", "content_changed"),
    ] == steps(campaign)
    assert ["MEDIA_1"] == [
        step.supersedes for step in campaign.steps if isinstance(step, SaveDraft)
    ]


def test_changed_content_is_the_reason_of_its_new_pictures():
    changed = replace(SALE, pictures=(*SALE.pictures, picture("third")))
    assert (f"main/image/{sha('third')[:12]}", "content_changed") == steps(
        planned(changed, staged(SALE))
    )[0]


def test_what_wechat_lost_of_a_staged_campaign_is_new_and_its_content_is_not():
    state = staged(SALE)
    state.materials.clear()
    assert [(f"main/material/{sha('cover')[:12]}", "new")] == steps(
        planned(SALE, state, until=Until.PREVIEW)
    )[:1]


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
    state = staged(
        SALE, attempted(SALE), (SendRejected(attempt=5, errcode=45028, retryable=True), SALE)
    )
    assert [("sale/send", "due")] == steps(planned(replace(SALE, recipients=()), state))


# Uploads


def test_an_upload_shared_by_campaigns_stands_once_under_the_first():
    second = news("second", window=OPEN)
    plan = plan_of([second, SALE], until=Until.UPLOAD)
    assert [("sale", [(HERO, "new"), (COVER, "new")]), ("second", [])] == [
        (c.name, steps(c)) for c in plan.campaigns
    ]


def test_accounts_share_no_upload():
    elsewhere = replace(SALE, account=AccountName("other"), appid=OTHER_APPID)
    addresses = [step.address for step in plan_of([SALE, elsewhere], until=Until.UPLOAD).steps]
    assert [HERO, COVER, HERO.replace("main", "other"), COVER.replace("main", "other")] == addresses


def test_the_same_bytes_go_once_to_each_endpoint():
    campaign = news(
        "sale", pictures=(picture("hero"), picture("hero", Purpose.MATERIAL), picture("hero"))
    )
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
    assert ("sale/draft", "sale/draft/preview") == (
        replace(shown, for_preview=False).address,
        shown.address,
    )


def test_campaigns_stand_in_order_of_account_end_of_window_and_name():
    early, late = Window(NOW - HOUR, NOW + HOUR), Window(NOW - HOUR, NOW + 2 * HOUR)
    main = {"account": AccountName("main")}
    other = {"account": AccountName("other"), "appid": OTHER_APPID}
    declared = [
        text("g", window=early, **other),
        text("f", window=None, **main),
        text("e", window=None, **main),
        text("a", window=late, **main),
        text("c", window=early, **main),
        text("b", window=early, **main),
    ]
    names = ["b", "c", "a", "e", "f", "g"]
    assert names == [c.name for c in plan_of(declared).campaigns]
    assert names == [c.name for c in plan_of(declared[::-1]).campaigns]


def test_moments_are_ordered_and_not_how_they_are_written():
    from datetime import timezone

    beijing = timezone(timedelta(hours=8))
    first, second = (
        Window(NOW - HOUR, NOW + HOUR),
        Window(NOW - HOUR, (NOW + 2 * HOUR).astimezone(beijing)),
    )
    third = Window(NOW - HOUR, NOW + 3 * HOUR)
    declared = [text("a", window=third), text("b", window=second), text("c", window=first)]
    assert ["c", "b", "a"] == [c.name for c in plan_of(declared).campaigns]


def test_campaigns_that_are_not_rendered_have_their_place_too():
    invalid = Invalid(CampaignName("broken"), folder_of("broken"), "", None, None, ())
    gone = Gone(CampaignName("gone"), "main", APPID, 1)
    concluded = Concluded(
        CampaignName("done"), folder_of("done"), "", "main", APPID, 1, OPEN, sha("x")
    )
    plan = plan_of([gone, text("words", window=LATER), concluded, invalid])
    assert ["broken", "done", "words", "gone"] == [c.name for c in plan.campaigns]


def test_a_plan_is_tied_to_one_page_of_one_ledger():
    plan = plan_of(SALE, staged(SALE))
    assert ("01JDXW00000000000000000000", 4) == (plan.lineage, plan.serial)


def test_without_a_ledger_there_is_no_lineage():
    plan = plan_of(SALE, State())
    assert (None, 0) == (plan.lineage, plan.serial)


def test_a_plan_knows_whether_there_is_work_and_whether_it_sends():
    assert [(True, True), (True, False), (False, False)] == [
        (plan.can_apply, plan.would_send)
        for plan in (
            plan_of(SALE),
            plan_of(SALE, until=Until.DRAFT),
            plan_of(replace(SALE, window=Window(NOW - DAY, NOW - HOUR))),
        )
    ]


def test_steps_stand_in_the_order_of_the_campaigns():
    plan = plan_of([text("b", window=OPEN), text("a", "另一条", window=OPEN)])
    assert ["a/send", "b/send"] == [step.address for step in plan.steps]


def test_a_step_carries_what_apply_needs():
    upload, _, draft, first, _, send = planned(SALE).steps
    assert isinstance(upload, UploadMedia)
    assert isinstance(draft, SaveDraft)
    assert isinstance(first, SendPreview)
    assert isinstance(send, SendMass)
    assert (APPID, "main", SALE.pictures[0]) == (upload.appid, upload.account, upload.media)
    assert (SALE, SALE, SALE, 1, SALE.recipients[0]) == (
        draft.campaign,
        first.campaign,
        send.campaign,
        first.number,
        first.recipient,
    )


@pytest.mark.parametrize(
    ("ahead", "opens_in", "shown"),
    [
        ("72h", 72 * HOUR, True),
        ("72h", 72 * HOUR + timedelta(seconds=1), False),
        ("1d", 25 * HOUR, False),
    ],
)
def test_previews_wait_until_the_window_is_near(ahead, opens_in, shown):
    campaign = replace(SALE, window=Window(NOW + opens_in, NOW + opens_in + HOUR))
    kinds = [step.kind for step in planned(campaign, rules=house(preview_ahead=ahead)).steps]
    assert shown == (Kind.SEND_PREVIEW in kinds)


def test_a_named_campaign_is_shown_however_far_its_window_is():
    kinds = [step.kind for step in planned(replace(SALE, window=LATER), rules=house("sale")).steps]
    assert 2 == kinds.count(Kind.SEND_PREVIEW)


def test_a_campaign_without_a_window_is_shown_at_once():
    kinds = [step.kind for step in planned(replace(SALE, window=None), rules=house("sale")).steps]
    assert 2 == kinds.count(Kind.SEND_PREVIEW)


def previews(campaign: RenderedCampaign, state: State) -> list[tuple[str, str]]:
    return [
        (step.address, step.reason.value)
        for step in planned(campaign, state).steps
        if isinstance(step, SendPreview)
    ]


def test_a_reviewer_sees_a_version_once():
    assert [("sale/preview/2", "new")] == previews(SALE, staged(SALE, previewed(SALE)))


@pytest.mark.parametrize("outcome", ["begun", "unknown"])
def test_a_preview_of_unknown_outcome_is_not_repeated_and_does_not_stop_the_send(outcome):
    campaign = planned(
        replace(SALE, recipients=reviewers("li")), staged(SALE, previewed(SALE, outcome))
    )
    assert ([("sale/send", "due")], ["MC402"], []) == (
        steps(campaign),
        codes(campaign.diagnostics),
        guards(campaign),
    )


def test_a_failed_preview_is_tried_again():
    assert [("sale/preview/1", "new"), ("sale/preview/2", "new")] == previews(
        SALE, staged(SALE, previewed(SALE, "failed"))
    )


def test_a_reviewer_who_is_added_later_sees_it_too():
    state = staged(SALE, *(previewed(SALE, recipient=each) for each in SALE.recipients))
    assert [("sale/preview/2", "new")] == previews(
        replace(SALE, recipients=reviewers("li", "zhao", "wang")), state
    )


def test_a_reviewer_who_is_written_twice_sees_it_once():
    assert [("sale/preview/1", "new"), ("sale/preview/3", "new")] == previews(
        replace(SALE, recipients=reviewers("li", "li", "wang")), staged(SALE)
    )


def test_a_wechat_name_is_not_an_openid():
    both = (Recipient("towxname", "li"), Recipient("touser", "li"))
    assert 2 == len(previews(replace(SALE, recipients=both), staged(SALE)))


@pytest.mark.parametrize("until", [Until.PREVIEW, Until.SEND])
def test_until_its_window_is_near_it_is_staged_and_neither_shown_nor_refused(until):
    far = planned(replace(SALE, window=LATER), rules=house(require_preview=True), until=until)
    assert ([Kind.UPLOAD_IMAGE, Kind.ADD_MATERIAL, Kind.SAVE_DRAFT], []) == (
        [s.kind for s in far.steps],
        guards(far),
    )


def test_naming_another_campaign_is_not_naming_this_one():
    kinds = [step.kind for step in planned(replace(SALE, window=LATER), rules=house("other")).steps]
    assert Kind.SEND_PREVIEW not in kinds


BOTH_SEEN = [previewed(SALE, recipient=each) for each in SALE.recipients]


def shown(
    campaign: RenderedCampaign, state: State, recipients: Sequence[Recipient] | None = None
) -> PlannedCampaign:
    showing = Showing(tuple(recipients) if recipients is not None else None)
    plan = make_plan(
        [campaign], state, house(campaign.name), NOW, until=Until.PREVIEW, showing=showing
    )
    return plan.campaigns[0]


def to(campaign: PlannedCampaign) -> list[tuple[str, str]]:
    return [
        (step.address, step.recipient.name)
        for step in campaign.steps
        if isinstance(step, SendPreview)
    ]


def test_what_was_seen_is_shown_again():
    campaign = shown(SALE, staged(SALE, *BOTH_SEEN))
    assert [("sale/preview/1", "resubmit"), ("sale/preview/2", "resubmit")] == steps(campaign)


@pytest.mark.parametrize(
    ("outcome", "reason"), [("begun", "resubmit"), ("unknown", "resubmit"), ("failed", "new")]
)
def test_whatever_became_of_it_before(outcome, reason):
    campaign = shown(
        replace(SALE, recipients=reviewers("li")), staged(SALE, previewed(SALE, outcome))
    )
    assert ([("sale/preview/1", reason)], []) == (steps(campaign), codes(campaign.diagnostics))


def test_a_version_that_nobody_had_yet_is_shown_for_its_own_reason():
    state = staged(EDITED, *BOTH_SEEN)
    assert ["content_changed", "content_changed"] == [
        reason for _, reason in steps(shown(EDITED, state))
    ]


def test_what_is_missing_is_staged_first_and_nothing_is_sent():
    kinds = [step.kind.value for step in shown(SALE, recorded()).steps]
    assert ["upload_image", "add_material", "save_draft", "send_preview", "send_preview"] == kinds


def test_only_those_who_are_named_and_declared_ones_first():
    asked = reviewers("zhao", "wang", "zhao")
    assert [("sale/preview/1", "wang"), ("sale/preview/2", "zhao")] == to(
        shown(SALE, staged(SALE), asked)
    )


LI_ONLY = {"preview_to": ["li", "oLI"]}
OPENIDS = (Recipient("touser", "oLI"), Recipient("touser", "oSTRANGER"))


@pytest.mark.parametrize("until", Until)
def test_a_campaign_that_names_a_stranger_is_refused_whole(until):
    asked = replace(SALE, recipients=(*reviewers("li", "zhao", "qian"), *OPENIDS))
    (campaign,) = make_plan(
        [asked], staged(SALE), house("sale", **LI_ONLY), NOW, until=until
    ).campaigns
    assert (["preview_to"], []) == (guards(campaign), steps(campaign))
    assert campaign.refusals[0].message.endswith(": zhao, qian, reviewer 5 (by openid)")


def test_those_whom_the_policy_names_are_shown_it_and_an_empty_list_is_nobody():
    for campaign, allowed, refused in (
        (replace(SALE, recipients=reviewers("li")), LI_ONLY, []),
        (replace(SALE, recipients=reviewers("li")), {"preview_to": []}, ["preview_to"]),
        (replace(SALE, recipients=()), {"preview_to": []}, []),
    ):
        (planned,) = make_plan(
            [campaign], staged(SALE), house("sale", **allowed), NOW, until=Until.PREVIEW
        ).campaigns
        assert refused == guards(planned)


@pytest.mark.parametrize(
    ("asked", "refused"), [(("li",), []), (("li", "zhao"), ["preview_to"]), (None, ["preview_to"])]
)
def test_of_a_command_those_whom_it_names_are_judged(asked, refused):
    showing = Showing(reviewers(*asked) if asked else None)
    rules = house("sale", **LI_ONLY)
    strange = replace(SALE, recipients=reviewers("wang"))
    (planned,) = make_plan(
        [strange], staged(SALE), rules, NOW, until=Until.PREVIEW, showing=showing
    ).campaigns
    assert refused == guards(planned)


def test_nobody_is_shown_it_twice_in_a_run():
    twice = replace(SALE, recipients=reviewers("li", "li"))
    assert [("sale/preview/1", "li")] == to(shown(twice, staged(SALE)))


def test_however_far_its_window_is():
    assert 2 == len(to(shown(replace(SALE, window=LATER), staged(SALE))))


def test_a_closed_window_is_refused_and_nothing_is_made():
    campaign = shown(replace(SALE, window=PAST), staged(SALE))
    assert (["expired"], ()) == (guards(campaign), campaign.steps)


def test_an_open_attempt_is_refused_and_its_draft_left_alone():
    campaign = shown(SALE, staged(SALE, attempted(SALE)))
    assert (["account_in_doubt"], ()) == (guards(campaign), campaign.steps)
    assert "massctl reconcile sale" in campaign.refusals[0].hint


def test_what_went_out_is_concluded():
    campaign = shown(SALE, recorded(*sent(SALE)))
    assert ("sending", ()) == (campaign.status.value, campaign.steps)


def test_content_that_wechat_refused_to_send_can_still_be_looked_at():
    rejected = SendRejected(attempt=5, errcode=40009)
    state = staged(SALE, attempted(SALE), (rejected, SALE))
    assert 2 == len(to(shown(SALE, state)))


ASKED = house(require_preview=True)
ONE = replace(SALE, recipients=reviewers("li"))
UNSEEN = replace(SALE, recipients=())


def plan(campaign: RenderedCampaign, state: State) -> PlannedCampaign:
    return planned(campaign, state, ASKED)


def test_what_was_seen_is_sent():
    campaign = plan(ONE, staged(ONE, previewed(ONE)))
    assert ([("sale/send", "due")], []) == (steps(campaign), guards(campaign))


def test_what_this_run_shows_first_is_not_sent_by_it():
    campaign = plan(ONE, staged(ONE))
    assert ([("sale/preview/1", "new")], ["preview_missing"]) == (steps(campaign), guards(campaign))
    assert campaign.refusals[0].hint.startswith("check it on the phone, then run apply again")


@pytest.mark.parametrize("outcome", ["begun", "unknown"])
def test_what_nobody_knows_to_have_arrived_counts_as_not_done(outcome):
    campaign = plan(ONE, staged(ONE, previewed(ONE, outcome)))
    assert ([], ["preview_missing"]) == (steps(campaign), guards(campaign))
    assert campaign.refusals[0].hint.startswith("massctl preview sale ")


def test_a_failed_preview_counts_as_not_done():
    campaign = plan(ONE, staged(ONE, previewed(ONE, "failed")))
    assert ([("sale/preview/1", "new")], ["preview_missing"]) == (steps(campaign), guards(campaign))


def test_without_any_reviewer_it_says_where_to_name_one():
    campaign = plan(UNSEEN, staged(UNSEEN))
    assert ([], ["preview_missing"]) == (steps(campaign), guards(campaign))
    assert "under `preview:`" in campaign.refusals[0].hint


def test_somebody_who_is_not_declared_may_have_seen_it():
    assert ["sale/send"] == [
        address for address, _ in steps(plan(UNSEEN, staged(UNSEEN, previewed(ONE))))
    ]


def test_an_edit_after_the_preview_wants_another_one():
    edited = replace(EDITED, recipients=ONE.recipients)
    campaign = plan(edited, staged(edited, previewed(ONE)))
    assert ([("sale/preview/1", "content_changed")], ["preview_missing"]) == (
        steps(campaign),
        guards(campaign),
    )


def test_a_moved_window_is_an_edit():
    moved = replace(ONE, window=Window(NOW - HOUR, NOW + 2 * HOUR))
    assert ["preview_missing"] == guards(plan(moved, staged(moved, previewed(ONE))))


def test_a_reviewer_who_is_still_to_be_shown_it_holds_the_send_back():
    campaign = plan(SALE, staged(SALE, previewed(SALE)))
    assert ([("sale/preview/2", "new")], ["preview_missing"]) == (steps(campaign), guards(campaign))
    assert "this run makes the preview" in campaign.refusals[0].message


def test_before_its_window_nothing_is_refused():
    later = replace(ONE, window=LATER)
    assert [] == guards(plan(later, staged(later)))


def test_a_send_in_doubt_is_repeated_all_the_same():
    campaign = planned(ONE, staged(ONE, attempted(ONE)), ASKED, NOW + HOUR / 30)
    assert ([("sale/send", "resubmit")], []) == (steps(campaign), guards(campaign))


def test_without_the_policy_nobody_has_to_have_seen_it():
    assert "sale/send" in [address for address, _ in steps(planned(UNSEEN, staged(UNSEEN)))]


def test_only_a_person_can_lift_it_and_only_where_it_is_all_that_is_missing():
    state = staged(ONE)
    alone, frozen = (
        planned(ONE, state, ASKED),
        planned(ONE, state, house(require_preview=True, sending="disabled")),
    )
    nothing_to_look_at = planned(UNSEEN, staged(UNSEEN), ASKED)
    assert [True, False, False] == [
        each.may_send_once_seen for each in (alone, frozen, nothing_to_look_at)
    ]
    assert [False] * 3 == [each.may_send for each in (alone, frozen, nothing_to_look_at)]


EARLIER = text("earlier")


def used(count: int, appid: AppId = APPID) -> State:
    """Give a ledger in which so many previews were asked for today."""
    words = [
        Previewed(appid=appid, digest="sha256:x", recipient=f"towxname:r{number}", outcome="begun")
        for number in range(count)
    ]
    return recorded(*((word, EARLIER) for word in words))


def words(name: str, *names: str, opens_in: float | None = None) -> RenderedCampaign:
    window = None if opens_in is None else Window(NOW + opens_in * HOUR, NOW + 72 * HOUR)
    return text(name, name, window=window, recipients=reviewers(*(names or ("li",))))


def shown_today(plan: Plan) -> list[str]:
    return [step.address for step in plan.steps if isinstance(step, SendPreview)]


def refused(plan: Plan) -> dict[str, list[str]]:
    return {campaign.name: guards(campaign) for campaign in plan.campaigns if campaign.refusals}


@pytest.mark.parametrize(
    ("before", "expected"), [(99, []), (100, ["allowance"]), (101, ["allowance"])]
)
def test_the_hundredth_of_a_day_goes_out_and_no_more(before: int, expected: list[str]) -> None:
    campaign = planned(words("a", opens_in=1), used(before))
    assert (expected, not expected) == (guards(campaign), bool(campaign.steps))


def test_it_says_how_many_are_left_and_when_they_start_anew() -> None:
    (refusal,) = planned(words("a", "li", "wang", "zhao", opens_in=1), used(98)).refusals
    assert "it needs 3 previews, but only 2 of the account's 100 a day are left" == refusal.message
    assert (
        "the count starts again at 2026-12-02 00:00 +08:00; run the same command after that"
        == refusal.hint
    )


def test_those_that_fit_go_out_and_its_send_does_not() -> None:
    campaign = planned(words("a", "li", "wang", opens_in=-1), used(99))
    assert (["a/preview/1"], ["allowance"]) == (
        [step.address for step in campaign.steps],
        guards(campaign),
    )
    assert not campaign.may_send


def test_without_a_preview_to_show_nothing_is_refused() -> None:
    campaign = planned(text("a", window=Window(NOW - HOUR, NOW + HOUR)), used(100))
    assert (["a/send"], []) == ([step.address for step in campaign.steps], guards(campaign))


def test_the_next_day_has_its_own() -> None:
    assert [] == guards(planned(words("a", opens_in=30), used(100), now=NOW + DAY))


SOON, LATE, NONE = words("late-name", opens_in=1), words("b", opens_in=2), words("a")


@pytest.mark.parametrize("order", [(SOON, LATE, NONE), (NONE, LATE, SOON)])
@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (97, []),
        (98, ["a"]),
        (99, ["a", "b"]),
        (100, ["a", "b", "late-name"]),
    ],
)
def test_the_soonest_window_comes_first_and_none_comes_last(
    order: Sequence[RenderedCampaign], before: int, expected: list[str]
) -> None:
    plan = plan_of(order, used(before), house("a"))
    assert expected == sorted(name for name, found in refused(plan).items() if "allowance" in found)


def test_equal_windows_go_by_name() -> None:
    plan = plan_of([words("b", opens_in=1), words("a", opens_in=1)], used(99))
    assert (["a/preview/1"], {"b": ["allowance"]}) == (shown_today(plan), refused(plan))


def test_each_account_has_its_own() -> None:
    other = replace(words("b", opens_in=1), account="other", appid=OTHER_APPID)
    plan = plan_of([words("a", opens_in=1), other], used(100))
    assert (["b/preview/1"], {"a": ["allowance"]}) == (shown_today(plan), refused(plan))


def test_a_campaign_beyond_the_time_of_previews_takes_none() -> None:
    far = text("far", window=Window(NOW + 100 * HOUR, NOW + 101 * HOUR), recipients=reviewers("li"))
    plan = plan_of([far, words("near", opens_in=1)], used(99))
    assert (["near/preview/1"], {}) == (shown_today(plan), refused(plan))


def test_one_preview_is_one() -> None:
    (refusal,) = planned(words("a", "li", opens_in=1), used(100)).refusals
    assert "it needs 1 preview, but only 0 of the account's 100 a day are left" == refusal.message


WORDS = text("words", window=OPEN)


def concluded(source: str | None = None, **changes: Any) -> Concluded:
    fields = {"title": "", "account": "main", "appid": APPID, "edition": 1, "window": OPEN}
    fields["source_sha256"] = source or WORDS.source_sha256
    return Concluded(name=WORDS.name, folder=WORDS.folder, **{**fields, **changes})


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
    assert (["edited_after_send"], [], []) == (
        guards(campaign),
        codes(campaign.diagnostics),
        steps(campaign),
    )


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
    fault = Diagnostic(
        "MC011", Severity.ERROR, "unknown key", Place("campaigns/words/campaign.yaml", 3, 1)
    )
    invalid = Invalid(WORDS.name, folder_of(WORDS.name), "标题", None, None, (fault,))
    campaign = planned(invalid, recorded(attempted(text("words"))))
    assert (("MC011",), [], [], "in_doubt", None) == (
        tuple(codes(campaign.diagnostics)),
        steps(campaign),
        guards(campaign),
        campaign.status,
        campaign.edition,
    )


def test_an_invalid_campaign_stops_only_itself():
    invalid = Invalid(CampaignName("broken"), folder_of("broken"), "", "main", 1, ())
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
    ours, elsewhere = (
        text("ours", "一", window=OPEN),
        text("elsewhere", "二", window=OPEN, appid=OTHER_APPID),
    )
    assert {"gone": ["account_in_doubt"], "ours": ["account_in_doubt"], "elsewhere": []} == {
        campaign.name: guards(campaign)
        for campaign in plan_of([gone, ours, elsewhere], state).campaigns
    }


def test_a_planned_campaign_says_its_group_and_what_it_inherits():
    inherited = (Inherited("account", "campaigns/_defaults.yaml", 1),)
    campaign = text("words", folder=Folder("campaigns/north/words"), inherited=inherited)
    assert ("north", inherited) == (planned(campaign).group, planned(campaign).inherited)
    gone = planned(Gone(CampaignName("gone"), "main", APPID, 1))
    assert ("", (), None) == (gone.group, gone.inherited, gone.folder)
