"""What only the run itself can judge before a send: previews, audiences by name, allowance and clock."""

from datetime import timedelta

import pytest
from building import APPEND_MAX, APPID, HOUR, LATER, NOW, audience, house, previewed, reviewers
from copies import replace
from simulation.scenario import ACCOUNTS, LONG, PICTURES, Scene, whole_news, whole_text
from simulation.world import Fault, one_by_one

from massctl.apply.consent import SendQuestion
from massctl.apply.context import Ports
from massctl.apply.executor import apply_plan
from massctl.apply.outcome import Outcome
from massctl.apply.stage import seen_by
from massctl.model.entries import SendSettled
from massctl.model.ids import AccountName
from massctl.model.message import Recipient, RenderedCampaign, Window
from massctl.model.state import Record
from massctl.plan.guards import PolicyInForce, Skew
from massctl.plan.plan import Until
from massctl.plan.quota import Agenda, demand_of
from massctl.plan.steps import Guard

ASKED = house(require_preview=True)
WORDS = whole_text(recipients=reviewers("editor_li"))
ANSWER_LOST = ("preview", Fault.ANSWER_LOST)


class Person:
    """Somebody at the terminal, who says yes or no."""

    def __init__(self, answer: bool = True) -> None:
        self.answer = answer
        self.asked: list[SendQuestion] = []

    def __call__(self, question: SendQuestion) -> bool:
        self.asked.append(question)
        return self.answer


def told(outcome: Outcome, number: int = 0) -> list[str]:
    return [refusal.guard.value for refusal in outcome.campaigns[number].refusals]


def done(outcome: Outcome, number: int = 0) -> list[str]:
    return [step.address for step in outcome.campaigns[number].performed]


@pytest.mark.parametrize("campaign", [WORDS, whole_news()])
def test_consent_that_was_given_beforehand_does_not_lift_it_in_the_run_that_shows(campaign) -> None:
    scene = Scene([campaign], rules=ASKED)
    first = scene.apply()
    assert (5, ["preview_missing"], []) == (first.exit_status(), told(first), scene.wechat.jobs)
    second = scene.apply()
    assert (0, [f"{campaign.name}/send"]) == (second.exit_status(), done(second))


def test_somebody_who_sees_it_and_says_yes_sends_it_in_the_same_run() -> None:
    person = Person()
    scene = Scene([WORDS], rules=ASKED, consent=person)
    outcome = scene.apply()
    assert (0, [], ["words/preview/1", "words/send"]) == (
        outcome.exit_status(),
        told(outcome),
        done(outcome),
    )
    assert [("editor_li",)] == [tuple(question.recipients_previewed) for question in person.asked]


def test_a_news_campaign_goes_the_whole_way_with_somebody_there() -> None:
    scene = Scene([whole_news()], rules=ASKED, consent=Person())
    # Once before the question, once behind it, and in the last look.
    assert (0, 1, 3) == (
        scene.apply().exit_status(),
        len(scene.wechat.jobs),
        scene.wechat.count("audience_count"),
    )


def test_somebody_who_says_no_sends_nothing() -> None:
    scene = Scene([WORDS], rules=ASKED, consent=Person(answer=False))
    outcome = scene.apply()
    assert (5, True, []) == (
        outcome.exit_status(),
        outcome.campaigns[0].declined,
        scene.wechat.jobs,
    )


def test_nobody_is_asked_about_what_they_cannot_have_seen() -> None:
    person = Person()
    scene = Scene([WORDS], rules=ASKED, consent=person)
    outcome = scene.apply(ANSWER_LOST)
    assert (5, ["preview_missing"], []) == (outcome.exit_status(), told(outcome), person.asked)
    assert "massctl preview words" in outcome.campaigns[0].refusals[0].hint


def test_a_failed_preview_is_an_error_and_asks_nothing() -> None:
    person = Person()
    scene = Scene([WORDS], rules=ASKED, consent=person)
    outcome = scene.apply(("preview", Fault.NOT_A_FOLLOWER))
    assert (1, [], []) == (outcome.exit_status(), told(outcome), person.asked)


def test_a_size_that_was_wrong_when_last_counted_is_read_again_before_the_question() -> None:
    """Neither the recorded size nor the missing preview stands, once this run has looked anew."""
    scene = Scene(
        [whole_news(audience=audience(expect={"max": 2000}))], rules=ASKED, until=Until.DRAFT
    )
    scene.wechat.followers = 5000
    scene.apply()
    scene.wechat.followers, scene.until, scene.consent = 1000, Until.SEND, Person()
    assert ["audience_bounds", "preview_missing"] == [
        r.guard.value for r in scene.plan().campaigns[0].refusals
    ]
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_a_reviewer_who_is_added_holds_the_send_back_for_a_run() -> None:
    scene = Scene([WORDS], rules=ASKED)
    scene.apply()
    scene.campaigns = [replace(WORDS, recipients=reviewers("editor_li", "editor_wang"))]
    outcome = scene.apply()
    assert (["words/preview/2"], ["preview_missing"]) == (done(outcome), told(outcome))
    assert 0 == scene.apply().exit_status()


def test_an_edit_is_shown_before_it_is_sent() -> None:
    scene = Scene([WORDS], rules=ASKED)
    scene.apply()
    scene.campaigns = [whole_text(content="今晚九点", recipients=reviewers("editor_li"))]
    assert (5, []) == (scene.apply().exit_status(), scene.wechat.jobs)
    assert (0, ["今晚九点"]) == (
        scene.apply().exit_status(),
        [job.subject for job in scene.wechat.jobs],
    )


def test_a_policy_that_is_switched_on_in_mid_run_is_obeyed() -> None:
    scene = Scene([WORDS], fresh_rules=lambda: ASKED)
    outcome = scene.apply()
    assert (5, ["preview_missing"], []) == (outcome.exit_status(), told(outcome), scene.wechat.jobs)
    assert "this run makes the preview" in outcome.campaigns[0].refusals[0].message


def test_a_repetition_of_an_open_attempt_is_not_held_back() -> None:
    scene = Scene([WORDS], rules=house())
    scene.apply(ANSWER_LOST, ("send_mass", Fault.REQUEST_LOST), ("send_mass", Fault.REQUEST_LOST))
    scene.rules = ASKED
    scene.later(minutes=2)
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_a_doubt_that_was_settled_as_not_sent_needs_no_other_preview() -> None:
    scene = Scene([WORDS], rules=ASKED)
    scene.apply()
    scene.apply(("send_mass", Fault.REQUEST_LOST), ("send_mass", Fault.REQUEST_LOST))
    scene.write((SendSettled(outcome="not_sent", reason="looked", by="li"), WORDS))
    assert 0 == scene.apply().exit_status()


def test_a_campaign_that_anothers_doubt_kept_back_waits_for_its_own_preview() -> None:
    """The doubt is cleared in this run, but nobody was there to look at the preview."""
    scene = Scene(
        [WORDS, whole_text(recipients=reviewers("editor_li"), content="另一条", window=None)]
    )
    other = replace(whole_text(content="另一条", recipients=reviewers("editor_li")), name="other")
    scene.campaigns = [WORDS]
    scene.apply(("send_mass", Fault.REQUEST_LOST), ("send_mass", Fault.REQUEST_LOST))
    scene.campaigns, scene.rules = [WORDS, other], ASKED
    scene.later(minutes=2)
    outcome = scene.apply()
    by_name = {c.planned.name: [r.guard.value for r in c.refusals] for c in outcome.campaigns}
    assert {"words": [], "other": ["preview_missing"]} == by_name
    assert (0, 2) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_the_question_names_everybody_who_saw_this_version_and_nobody_else() -> None:
    openid, stranger = Recipient("touser", "oABCDEFG"), Recipient("touser", "oXYZ")
    campaign = replace(WORDS, recipients=(*reviewers("li"), openid))
    record = Record(campaign.name, 1)
    for recipient in (*campaign.recipients, stranger, *reviewers("zhao")):
        event, _ = previewed(campaign, recipient=recipient)
        record.previews[campaign.digest, recipient.recorded] = event
    lost, _ = previewed(campaign, "unknown", *reviewers("wang"))
    record.previews[campaign.digest, "towxname:wang"] = lost
    record.previews["sha256:older", "towxname:sun"] = event
    assert ("li", "reviewer 2 (by openid)", "a reviewer by openid", "zhao") == seen_by(
        campaign, record
    )


def test_staging_before_the_window_is_not_a_refusal() -> None:
    scene = Scene([replace(WORDS, window=Window(NOW + HOUR, NOW + 2 * HOUR))], rules=ASKED)
    assert 0 == scene.apply().exit_status()
    scene.later(hours=1.5)
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_each_word_on_a_preview_names_its_account() -> None:
    scene = Scene([WORDS], rules=PolicyInForce(ASKED.policy, agenda=ASKED.agenda))
    scene.apply()
    assert [APPID, APPID] == [event.appid for event in scene.events("previewed")]


MEMBERS = audience(tag="会员")
TO_MEMBERS = whole_text(LONG, audience=MEMBERS)
NEWS_TO_MEMBERS = whole_news(LONG, audience=MEMBERS, recipients=())


def scene_of(campaign: RenderedCampaign, **tags: int) -> Scene:
    scene = Scene([campaign])
    scene.wechat.tags_of = {101: "会员", 102: "新客"}
    scene.wechat.tags_count = {
        101: 7,
        102: 3,
        **{int(name[1:]): count for name, count in tags.items()},
    }
    return scene


@pytest.mark.parametrize("campaign", [TO_MEMBERS, NEWS_TO_MEMBERS])
def test_a_name_is_looked_up_recorded_and_sent_to_by_its_id(campaign: RenderedCampaign) -> None:
    scene = scene_of(campaign)
    assert 0 == scene.apply().exit_status()
    (found,) = scene.events("audience_resolved")
    assert ("会员", 101, "会员", 7, campaign.digest) == (
        found.tag,
        found.tag_id,
        found.name,
        found.count,
        found.digest,
    )
    (sent,) = [departure for departure in scene.wechat.departures if departure.recipient is None]
    assert ((101, 7), {"tag": "会员"}) == (
        sent.audience,
        scene.events("send_attempted")[0].audience,
    )


@pytest.mark.parametrize("campaign", [TO_MEMBERS, NEWS_TO_MEMBERS])
def test_it_is_recorded_with_what_is_staged_and_asked_once(campaign: RenderedCampaign) -> None:
    """A message of words has nothing to upload and no draft: its name is all that there is to stage."""
    scene = scene_of(replace(campaign, window=LATER))
    assert (True, "会员") == (scene.plan().can_apply, scene.plan().campaigns[0].tag_due)
    scene.apply()
    assert (["audience_resolved"], 1) == (
        [kind for kind in scene.types() if kind == "audience_resolved"],
        scene.wechat.count("tags"),
    )
    scene.apply()
    assert ([], 7) == (scene.wechat.calls, scene.plan().campaigns[0].audience_count)


@pytest.mark.parametrize("until", [Until.UPLOAD, Until.DRAFT, Until.PREVIEW])
def test_a_run_that_stops_before_the_send_looks_it_up_too(until: Until) -> None:
    scene = scene_of(TO_MEMBERS)
    scene.until = until
    assert (0, ["created", "audience_resolved"]) == (scene.apply().exit_status(), scene.types())


def test_a_run_tells_which_tag_it_put_on_record_and_later_ones_do_not() -> None:
    scene = scene_of(replace(TO_MEMBERS, window=LATER))
    found = []
    for _ in range(2):
        outcome = scene.apply()
        tag = outcome.found_tag(outcome.campaigns[0])
        found.append(tag.tag_id if tag is not None else None)
    assert [101, None] == found


def test_a_token_that_cannot_be_had_is_told_once_and_nothing_is_recorded() -> None:
    scene = scene_of(replace(TO_MEMBERS, window=LATER))
    outcome = scene.apply(("renew_token", Fault.REQUEST_LOST))
    assert (1, [], "会员") == (
        outcome.exit_status(),
        scene.types(),
        scene.plan().campaigns[0].tag_due,
    )


def test_a_name_that_is_not_there_is_told_when_it_is_staged_and_looked_up_again() -> None:
    scene = scene_of(whole_text(LATER, audience=audience(tag="贵宾")))
    outcome = scene.apply()
    assert (0, None) == (outcome.exit_status(), outcome.found_tag(outcome.campaigns[0]))
    assert ["words: the account has no tag named 贵宾"] == [
        str(each) for each in scene.progress.lines
    ]
    assert "贵宾" == scene.plan().campaigns[0].tag_due


def test_what_wechat_refused_for_good_is_not_looked_up() -> None:
    scene = scene_of(TO_MEMBERS)
    scene.apply(("send_mass", Fault.MEDIA_UNKNOWN))
    assert [None] == [planned.tag_due for planned in scene.plan().campaigns]


def staged(campaign: RenderedCampaign = NEWS_TO_MEMBERS) -> Scene:
    scene = scene_of(campaign)
    scene.until = Until.DRAFT
    scene.apply()
    scene.until = Until.SEND
    return scene


@pytest.mark.parametrize(
    ("names", "counts", "guard"),
    [
        ({101: "老会员"}, {101: 7}, Guard.AUDIENCE_CHANGED),
        ({101: "新客", 102: "会员"}, {101: 3, 102: 7}, Guard.AUDIENCE_CHANGED),
        ({}, {}, Guard.AUDIENCE_CHANGED),
        ({205: "会员"}, {205: 7}, Guard.AUDIENCE_CHANGED),
        ({101: "会员"}, {101: 0}, Guard.AUDIENCE_BOUNDS),
    ],
)
def test_another_tag_behind_the_name_is_refused(
    names: dict[int, str], counts: dict[int, int], guard: Guard
) -> None:
    scene = staged()
    scene.wechat.tags_of, scene.wechat.tags_count = names, counts
    outcome = scene.apply()
    told = [refusal.guard for refusal in outcome.campaigns[0].refusals]
    assert (5, [guard], 0) == (outcome.exit_status(), told, scene.wechat.count("send_mass"))


@pytest.mark.parametrize(
    ("names", "told", "advised"),
    [
        ({101: "老会员"}, "is now named 老会员", "restore the tag's name"),
        ({102: "新客"}, "(id 101) no longer exists", "change `tag:` or `tag_id:` in campaign.yaml"),
        (
            {205: "会员"},
            "no longer exists; 会员 is now another tag, with the id 205",
            "write `tag_id: 205`",
        ),
        (
            {101: "老会员", 205: "会员"},
            "老会员; 会员 is now another tag, with the id 205",
            "write `tag_id: 205`",
        ),
    ],
)
def test_only_what_can_be_done_is_advised(names: dict[int, str], told: str, advised: str) -> None:
    """A tag that was deleted gets no name back, and neither does one whose name is taken."""
    scene = staged()
    scene.wechat.tags_of, scene.wechat.tags_count = names, dict.fromkeys(names, 7)
    (refusal,) = scene.apply().campaigns[0].refusals
    assert (True, True) == (
        str(refusal.message).endswith(told),
        refusal.hint.startswith((advised, "if you mean")),
    )
    assert advised in refusal.hint


def test_an_edit_looks_the_name_up_again() -> None:
    scene = staged()
    scene.wechat.tags_of, scene.wechat.tags_count = {205: "会员"}, {205: 9}
    scene.campaigns = [replace(NEWS_TO_MEMBERS, edition=2)]
    assert 0 == scene.apply().exit_status()
    assert [101, 205] == [event.tag_id for event in scene.events("audience_resolved")]


def test_bounds_hold_for_a_name_too() -> None:
    scene = scene_of(whole_text(LONG, audience=audience(tag="会员", expect={"min": 8})))
    assert (5, 0) == (scene.apply().exit_status(), scene.wechat.count("send_mass"))


def test_a_name_that_the_account_does_not_have_is_refused() -> None:
    scene = scene_of(whole_text(LONG, audience=audience(tag="贵宾")))
    outcome = scene.apply()
    (refusal,) = outcome.campaigns[0].refusals
    assert (Guard.AUDIENCE_BOUNDS, "the account has no tag named 贵宾") == (
        refusal.guard,
        str(refusal.message),
    )


@pytest.mark.parametrize(
    "scene", [scene_of(TO_MEMBERS), staged()], ids=["never read", "read when staged"]
)
def test_a_tag_that_cannot_be_read_is_not_sent_to(scene: Scene) -> None:
    outcome = scene.apply(("tags", Fault.REQUEST_LOST), ("tags", Fault.REQUEST_LOST))
    told = [refusal.guard for refusal in outcome.campaigns[0].refusals]
    assert (5, [Guard.AUDIENCE_BOUNDS], 0) == (
        outcome.exit_status(),
        told,
        scene.wechat.count("send_mass"),
    )


EVERYBODY = whole_text()


def guards(outcome: Outcome, number: int = 0) -> list[str]:
    return [refusal.guard.value for refusal in outcome.campaigns[number].refusals]


def daily(*campaigns: RenderedCampaign, kind: str = "subscription") -> Scene:
    """An account with these campaigns, all of them named."""
    agenda = Agenda({APPID: (AccountName("main"), kind)}, tuple(map(demand_of, campaigns)))
    return Scene(
        list(campaigns), rules=replace(house(*(each.name for each in campaigns)), agenda=agenda)
    )


def test_the_second_of_a_day_is_not_sent() -> None:
    second = whole_text(Window(NOW - HOUR, NOW + 2 * HOUR))
    second = replace(second, name="then", message=replace(second.message, content="第二条"))  # type: ignore[arg-type]
    scene = daily(EVERYBODY, second)
    outcome = scene.apply()
    assert (5, [], ["allowance"], 1) == (
        outcome.exit_status(),
        guards(outcome),
        guards(outcome, 1),
        len(scene.wechat.jobs),
    )
    (refusal,) = outcome.campaigns[1].refusals
    assert "2026-12-01: words (used it 12-01" in refusal.message
    assert "sent campaigns used the allowance" in refusal.hint


def test_what_the_plan_said_of_the_places_stays_where_nothing_is_known_against_it() -> None:
    second = replace(whole_text(Window(NOW - HOUR, NOW + 2 * HOUR)), name="then")
    scene = daily(EVERYBODY, second)
    plan = scene.plan()
    scene.rules = replace(scene.rules, agenda=Agenda({APPID: (AccountName("main"), "service")}))
    (refusal,) = scene.apply(plan=plan).campaigns[1].refusals
    assert "2026-12-01: words (reserved" in refusal.message


def test_the_day_is_judged_in_the_moment_of_the_send_and_not_when_it_was_planned() -> None:
    """Another run of the same ledger used the day between the plan and the send."""
    earlier = replace(
        whole_text(None), name="earlier", message=replace(EVERYBODY.message, content="早")
    )  # type: ignore[arg-type]
    scene = daily(EVERYBODY)
    plan = scene.plan()
    assert plan.would_send
    scene.rules = house("earlier")
    before = list(scene.campaigns)
    scene.campaigns = [earlier]
    assert 0 == scene.apply().exit_status()
    scene.campaigns, scene.rules = before, daily(EVERYBODY).rules
    outcome = scene.apply(plan=plan)
    assert (["allowance"], 1) == (guards(outcome), len(scene.wechat.jobs))


def test_45028_names_the_command_that_records_a_send_on_the_website() -> None:
    outcome = Scene([EVERYBODY]).apply(("send_mass", Fault.NO_QUOTA))
    error = outcome.campaigns[0].error
    assert error is not None
    assert 45028 == error.errcode
    # The time of the refusal is not that of the send, and nobody here knows when that was.
    assert "massctl state import --website-send AT --account main" in error.hint
    assert ".;" not in error.hint


def test_of_one_that_was_to_go_over_the_limit_nobody_looks_for_another_send() -> None:
    outcome = Scene([replace(EVERYBODY, over_limit_allowed=True)]).apply(
        ("send_mass", Fault.NO_QUOTA)
    )
    error = outcome.campaigns[0].error
    assert error is not None
    assert (45028, False) == (error.errcode, "--website-send" in error.hint)


EVENING = Window(NOW - HOUR, NOW + 11 * HOUR)
"""Closes an hour before midnight in Beijing."""
TO_JANUARY = Window(NOW - HOUR, NOW + timedelta(days=40))


@pytest.mark.parametrize(
    ("kind", "window", "told"),
    [
        (
            "subscription",
            Window(NOW - HOUR, NOW + 20 * HOUR),
            "run apply again after 2026-12-02 00:00 +08:00, within its window.",
        ),
        (
            "subscription",
            EVENING,
            "its window leaves no time after 2026-12-02 00:00 +08:00: give it another one",
        ),
        ("subscription", None, "run `massctl apply words` after 2026-12-02 00:00 +08:00."),
        (
            "service",
            EVENING,
            "its window leaves no time after 2027-01-01 00:00 +08:00: give it another one",
        ),
        (
            "service",
            TO_JANUARY,
            "run apply again after 2027-01-01 00:00 +08:00, within its window.",
        ),
    ],
)
def test_45028_says_when_this_campaign_can_go_out(
    kind: str, window: Window | None, told: str
) -> None:
    scene = daily(whole_text(window), kind=kind)
    error = scene.apply(("send_mass", Fault.NO_QUOTA)).campaigns[0].error
    assert error is not None
    assert f"After the count starts again: {told}" in error.hint


@pytest.mark.parametrize(
    ("window", "told"),
    [
        (EVENING, "its window leaves no time after 2026-12-02 00:00 +08:00"),
        (TO_JANUARY, "run apply again after 2026-12-02 00:00 +08:00, within its window"),
    ],
)
def test_45009_says_when_this_campaign_and_the_next_one_can_go_out(
    window: Window, told: str
) -> None:
    more = replace(
        whole_text(window), name="then", message=replace(EVERYBODY.message, content="第二条")
    )  # type: ignore[arg-type]
    outcome = Scene([whole_text(window), more]).apply(("send_mass", Fault.DAY_USED_UP))
    error, (refusal,) = outcome.campaigns[0].error, outcome.campaigns[1].refusals
    assert error is not None
    assert (True, True) == (told in error.hint, refusal.hint.startswith(told))


def test_another_refusal_does_not() -> None:
    error = Scene([EVERYBODY]).apply(("send_mass", Fault.DAY_USED_UP)).campaigns[0].error
    assert error is not None
    assert "website-send" not in error.hint


@pytest.mark.parametrize(
    ("ahead", "refused"), [(0, False), (100, False), (-130, True), (3600, True)]
)
def test_a_clock_that_is_surely_wrong_keeps_the_send_back(ahead: int, refused: bool) -> None:
    scene = Scene([EVERYBODY])
    skew = Skew(NOW, NOW, NOW - timedelta(seconds=ahead))
    world = Ports(
        scene._account,
        PICTURES,
        scene.clock,
        scene.progress,
        one_by_one,
        None,
        lambda _: None,
        APPEND_MAX,
        accounts=ACCOUNTS,
        skew=lambda _: skew,
    )
    outcome = apply_plan(scene.plan(), world, scene.book(), scene.rules, scene.plan)
    assert (["clock_skew"] if refused else [], int(not refused)) == (
        guards(outcome),
        len(scene.wechat.jobs),
    )


def test_a_run_and_its_continuation_are_one_outcome() -> None:
    """What the second part looked at is as it found it; what it did not is as the first left it."""
    later = whole_text(Window(NOW + HOUR, NOW + 2 * HOUR))
    now = replace(EVERYBODY, name="now", message=replace(EVERYBODY.message, content="现在"))  # type: ignore[arg-type]
    scene = Scene([later, now])
    first = scene.apply()
    scene.later(hours=1)
    scene.campaigns = [later]
    whole = first.followed_by(scene.apply())
    done = {
        each.planned.name: [step.address for step in each.performed] for each in whole.campaigns
    }
    assert {"now": ["now/send"], "words": ["words/send"]} == done
    assert (0, scene.state.serial) == (whole.exit_status(), whole.state.serial)
