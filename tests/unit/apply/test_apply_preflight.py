"""The last look, and the permit that it issues."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from building import (
    APPID,
    JUDGED,
    LINEAGE,
    NOW,
    OPEN,
    Happening,
    as_new,
    attempted,
    audience,
    house,
    intent,
    news,
    text,
)
from copies import replace
from openid_samples import BATCHES
from simulation.scenario import Scene, to_openids
from simulation.world import Fault, SimClock, SimWeChat

from massctl.apply.journal import LedgerSession
from massctl.apply.outcome import Outcome
from massctl.apply.ports import DraftArticle
from massctl.apply.preflight import _ISSUER, Permit
from massctl.errors import InvariantError, TransportError, WeChatError
from massctl.model.entries import (
    Created,
    JobStatus,
    Lease,
    NewEntry,
    SendImported,
    SendRejected,
    SendSettled,
)
from massctl.model.ids import AppId, CampaignName, MediaId
from massctl.model.message import RenderedCampaign, Window
from massctl.model.phrase import Phrase
from massctl.model.state import RunnerId
from massctl.plan.brake import STOP_BRANCH, Tip
from massctl.plan.guards import Approval, Moment, PolicyInForce, Skew, _table
from massctl.plan.retry_policy import settle
from massctl.plan.steps import Guard
from massctl.wechat.client import WeChatClient

TIP = Tip("main", "origin", "a" * 40, "a" * 40)


def slow(scene: Scene, until: datetime, during: Callable[[], object] = lambda: None) -> Scene:
    """Let the ledger take until then to make an attempt durable; `during` happens meanwhile."""

    def wait(new: NewEntry) -> None:
        if new.event.type == "send_attempted":
            during()
            scene.clock.sleep((until - scene.clock.now()).total_seconds())

    scene.ledger.fail = wait
    return scene


def test_an_attempt_that_outlived_its_window_leaves_no_request() -> None:
    scene = slow(Scene([text("sale", window=OPEN)]), OPEN.not_after + timedelta(seconds=1))
    done = scene.apply()
    (outcome,) = done.campaigns
    assert ([], [Guard.EXPIRED]) == (scene.wechat.jobs, [each.guard for each in outcome.refusals])
    kinds = [entry.event.type for entry in scene.ledger.entries if entry.campaign == "sale"]
    assert (5, ["send_attempted", "send_rejected", "expired"]) == (done.exit_status(), kinds)


def test_nor_does_one_under_a_clock_that_was_set_back_before_the_window() -> None:
    """Nobody knows which of the two moments was right."""
    scene = slow(Scene([text("sale", window=OPEN)]), NOW - timedelta(minutes=87))
    (outcome,) = scene.apply().campaigns
    assert ([], [Guard.CLOCK_SKEW]) == (
        scene.wechat.jobs,
        [each.guard for each in outcome.refusals],
    )


def test_nor_does_one_that_came_into_quiet_hours() -> None:
    rules = house(quiet_hours={"from": "12:30", "to": "13:00", "timezone": "Asia/Shanghai"})
    scene = slow(Scene([text("sale", window=OPEN)], rules=rules), NOW + timedelta(minutes=45))
    (outcome,) = scene.apply().campaigns
    assert ([], [Guard.QUIET_HOURS]) == (
        scene.wechat.jobs,
        [each.guard for each in outcome.refusals],
    )


@pytest.mark.parametrize("late", [timedelta(0), timedelta(minutes=-1)])
def test_the_last_moment_of_the_window_is_in_time(late: timedelta) -> None:
    scene = slow(Scene([text("sale", window=OPEN)]), OPEN.not_after + late)
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_the_kill_switch_is_obeyed_that_was_thrown_meanwhile() -> None:
    rules = [house()]
    scene = Scene([text("sale", window=OPEN)], fresh_rules=lambda: rules[-1])
    slow(scene, NOW + timedelta(minutes=5), lambda: rules.append(house(sending="disabled")))
    (outcome,) = scene.apply().campaigns
    assert ([], [Guard.KILL_SWITCH]) == (
        scene.wechat.jobs,
        [each.guard for each in outcome.refusals],
    )


@pytest.mark.parametrize(
    ("tip", "guard"),
    [
        (replace(TIP, stop_branches=((STOP_BRANCH, None),)), Guard.KILL_SWITCH),
        (replace(TIP, there="b" * 40), Guard.NOT_AT_TIP),
        (replace(TIP, unread="away"), Guard.NOT_AT_TIP),
    ],
    ids=["the brake", "a merge", "nobody knows"],
)
def test_so_is_what_the_remote_says_by_then(tip: Tip, guard: Guard) -> None:
    rules = [replace(house(), tip=TIP)]
    scene = Scene([text("sale", window=OPEN)], fresh_rules=lambda: rules[-1])
    slow(scene, NOW + timedelta(minutes=5), lambda: rules.append(replace(house(), tip=tip)))
    (outcome,) = scene.apply().campaigns
    assert ([], [guard]) == (scene.wechat.jobs, [each.guard for each in outcome.refusals])


def test_an_approval_that_is_taken_back_meanwhile_holds_the_request_back() -> None:
    answers = [Approval("GitHub", 7, ("bo",))]
    asking = replace(house(require_approval=True), approval=lambda _: answers[-1])
    scene = Scene([text("sale", window=OPEN)], rules=asking, fresh_rules=lambda: asking)
    slow(scene, NOW + timedelta(minutes=5), lambda: answers.append(Approval("GitHub", 7)))
    (outcome,) = scene.apply().campaigns
    assert ([], [Guard.APPROVALS_MISSING]) == (
        scene.wechat.jobs,
        [each.guard for each in outcome.refusals],
    )


@pytest.mark.parametrize(("away", "sent"), [(3, 1), (10_000, 0)])
def test_a_forge_that_is_away_at_the_last_look_is_asked_again(away: int, sent: int) -> None:
    answers = [Approval("GitHub", 7, ("bo",))]
    asking = replace(
        house(require_approval=True),
        approval=lambda _: answers.pop() if len(answers) > 1 else answers[0],
    )
    scene = Scene([text("sale", window=OPEN)], rules=asking, fresh_rules=lambda: asking)
    slow(scene, NOW, lambda: answers.extend([Approval("GitHub", unread="away")] * away))
    (outcome,) = scene.apply().campaigns
    refused = [] if sent else [Guard.APPROVALS_MISSING]
    assert (sent, refused) == (len(scene.wechat.jobs), [each.guard for each in outcome.refusals])


@pytest.mark.parametrize("repeated", [False, True])
def test_a_draft_that_is_changed_meanwhile_is_refused(repeated: bool) -> None:
    """Else whoever edits it in the console has it sent as nobody reviewed it."""
    scene = Scene([news(window=OPEN)], wait_in_doubt=False)
    if repeated:
        scene.apply(("send_mass", Fault.REQUEST_LOST))
        scene.later(minutes=2)
        scene.wait_in_doubt = True

    def edit() -> None:
        (media_id,) = scene.wechat.drafts
        scene.wechat.drafts[media_id] = (
            replace(scene.wechat.drafts[media_id][0], title="春季大促！"),
        )

    done = slow(scene, scene.clock.now(), edit).apply()
    (outcome,) = done.campaigns
    (refusal,) = outcome.refusals
    assert ([], Guard.DRAFT_CHANGED, None) == (scene.wechat.jobs, refusal.guard, outcome.error)
    assert (
        "the draft was changed in the console after it was saved: article 1: title"
        in refusal.message
    )
    assert (4 if repeated else 5, "send_rejected") == (done.exit_status(), scene.types()[-1])


def test_a_draft_that_is_as_it_was_is_sent_however_long_it_took() -> None:
    scene = slow(Scene([news(window=OPEN)]), NOW + timedelta(minutes=5))
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


@pytest.mark.parametrize(("repeated", "sent"), [(False, 0), (True, 1)])
def test_a_draft_that_is_gone_by_then_stops_a_first_try_and_no_repetition(
    repeated: bool, sent: int
) -> None:
    """Somebody may have sent it in the console; a repetition is recognised by its id, and the first try consumed it."""
    scene = Scene([news(window=OPEN)], wait_in_doubt=False)
    if repeated:
        scene.apply(("send_mass", Fault.REQUEST_LOST))
        scene.later(minutes=2)
        scene.wait_in_doubt = True
    slow(scene, scene.clock.now() + timedelta(minutes=5), scene.wechat.drafts.clear)
    scene.apply()
    assert (sent, 0) == (scene.wechat.count("send_mass"), len(scene.wechat.jobs))


def test_a_last_reading_of_the_draft_that_outlasts_the_window_leaves_no_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene = slow(Scene([news(window=OPEN)]), OPEN.not_after - timedelta(seconds=40))
    read = scene.wechat.get_draft

    def slowly(media_id: MediaId) -> tuple[DraftArticle, ...] | None:
        if scene.types()[-1] == "send_attempted":
            scene.clock.sleep(98)
        return read(media_id)

    monkeypatch.setattr(type(scene.wechat), "get_draft", lambda _, media_id: slowly(media_id))
    (outcome,) = scene.apply().campaigns
    assert ([], [Guard.EXPIRED]) == (scene.wechat.jobs, [each.guard for each in outcome.refusals])


@pytest.mark.parametrize("seconds", [1, 5, 98])
def test_a_token_that_comes_behind_the_window_leaves_no_request(
    monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    scene = slow(Scene([text("sale", window=OPEN)]), OPEN.not_after)
    monkeypatch.setattr(SimWeChat, "require_token", lambda _: scene.clock.sleep(seconds))
    (outcome,) = scene.apply().campaigns
    assert ([], [Guard.EXPIRED]) == (scene.wechat.jobs, [each.guard for each in outcome.refusals])


def slow_to_connect(seconds: float, closes: timedelta) -> Scene:
    scene = slow(Scene([text("sale", window=OPEN)]), OPEN.not_after - closes)
    scene.wechat.connects_in = timedelta(seconds=seconds)
    return scene


@pytest.mark.parametrize("closes", [timedelta(0), timedelta(seconds=1), timedelta(seconds=4)])
def test_a_connection_that_comes_behind_the_window_leaves_no_request(closes: timedelta) -> None:
    scene = slow_to_connect(5, closes)
    done = scene.apply()
    (outcome,) = done.campaigns
    assert ([], [Guard.EXPIRED]) == (
        scene.wechat.departures,
        [each.guard for each in outcome.refusals],
    )
    assert (5, ["send_attempted", "send_rejected", "expired"]) == (
        done.exit_status(),
        scene.types()[-3:],
    )


def test_one_that_takes_more_than_two_seconds_holds_the_request_back_and_the_next_run_sends_it() -> (
    None
):
    """What was looked at then is not looked at any more."""
    scene = slow_to_connect(2.001, timedelta(minutes=1))
    done = scene.apply()
    error = done.campaigns[0].error
    assert error is not None
    assert (1, [], True) == (
        done.exit_status(),
        scene.wechat.departures,
        "WeChat was not asked" in error.message,
    )
    scene.wechat.connects_in, scene.ledger.fail = timedelta(seconds=2), None
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


@pytest.mark.parametrize("repeated", [False, True])
def test_without_a_connection_an_attempt_is_closed_and_an_earlier_one_stays_open(
    repeated: bool,
) -> None:
    scene = Scene([text("sale", window=OPEN)], wait_in_doubt=False)
    if repeated:
        scene.apply(("send_mass", Fault.REQUEST_LOST))
        scene.later(minutes=2)
        scene.wait_in_doubt = True
    done = scene.apply(("send_mass", Fault.NOT_CONNECTED))
    assert (4 if repeated else 1, "send_rejected") == (done.exit_status(), scene.types()[-1])
    assert int(repeated) == len(scene.state.record("sale", 1).open_attempts)
    scene.later(minutes=2)
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_a_reading_that_fails_is_repeated_with_growing_pauses_until_shortly_before_the_window_ends() -> (
    None
):
    scene = slow(Scene([news(window=OPEN)]), OPEN.not_after - timedelta(minutes=2))
    done, paused = with_failing(scene, 99)
    assert ([5, 10, 20, 40], 1) == (paused, done.exit_status())
    assert ([], 0, True) == (
        scene.wechat.jobs,
        len(scene.state.record("sale", 1).open_attempts),
        bool(scene.progress),
    )


def test_one_that_comes_to_life_again_sends() -> None:
    scene = slow(Scene([news(window=OPEN)]), OPEN.not_after - timedelta(minutes=2))
    done, paused = with_failing(scene, 2)
    assert ([5, 10], 0, 1) == (paused, done.exit_status(), len(scene.wechat.jobs))


def test_without_a_window_a_reading_is_given_up_after_ten_minutes() -> None:
    scene = Scene([news()], rules=house("sale"))
    done, paused = with_failing(scene, 99)
    assert ([5, 10, 20, 40, 60, 60, 60, 60, 60, 60, 60, 60], 1) == (paused, done.exit_status())


def test_a_repetition_that_waited_past_the_memory_of_wechat_is_refused() -> None:
    scene = Scene([news()], rules=house("sale"), wait_in_doubt=False)
    scene.apply(("send_mass", Fault.REQUEST_LOST))
    scene.later(hours=19, minutes=55)
    scene.wait_in_doubt = True
    done, paused = with_failing(scene, 9)
    (refusal,) = done.campaigns[0].refusals
    assert (9, 4, Guard.ACCOUNT_IN_DOUBT) == (len(paused), done.exit_status(), refusal.guard)
    assert ("more than 20 hours" in refusal.message, 1) == (
        True,
        len(scene.state.record("sale", 1).open_attempts),
    )


def with_failing(
    scene: Scene, times: int, method: str = "get_draft"
) -> tuple[Outcome, list[float]]:
    """Apply while the account answers nothing to so many calls of a method, once the attempt is durable."""
    paused: list[float] = []
    sleep = scene.clock.sleep

    def noting(seconds: float) -> None:
        paused.append(seconds)
        sleep(seconds)

    def fail_from_now_on(_: NewEntry) -> None:
        if _.event.type == "send_attempted":
            scene.wechat.coming += [(method, Fault.REQUEST_LOST)] * times
            scene.clock.sleep = noting  # type: ignore[method-assign]

    before = scene.ledger.fail

    def both(new: NewEntry) -> None:
        if before is not None:
            before(new)
        fail_from_now_on(new)

    scene.ledger.fail = both
    return scene.apply(), paused


def test_an_operator_who_interrupts_the_last_look_leaves_no_doubt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stop(_: SimWeChat) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(SimWeChat, "require_token", stop)
    scene = Scene([text("sale", window=OPEN)])
    done = scene.apply()
    assert (130, "send_rejected") == (done.exit_status(), scene.types()[-1])


def test_nor_does_one_who_interrupts_its_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_: float) -> None:
        raise KeyboardInterrupt

    def unread(_: SimWeChat) -> None:
        scene.clock.sleep = stop  # type: ignore[method-assign]
        raise TransportError(Phrase("no answer within 10 s"))

    monkeypatch.setattr(SimWeChat, "require_token", unread)
    scene = Scene([text("sale", window=OPEN)])
    assert (130, "send_rejected") == (scene.apply().exit_status(), scene.types()[-1])


def test_a_code_that_a_reading_got_is_no_answer_to_the_send(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_: SimWeChat) -> None:
        raise WeChatError(Phrase("reached the daily limit of this call"), errcode=45009)

    monkeypatch.setattr(SimWeChat, "require_token", refuse)
    scene = Scene([text("sale", window=OPEN)])
    assert 1 == scene.apply().exit_status()
    assert [None] == [event.errcode for event in scene.events("send_rejected")]
    assert None is scene.state.index.account(AppId(APPID)).used_up


BEHIND = {
    "its attempt by another runner": (attempted, True),
    "what a person says of it": (
        lambda _: SendSettled(outcome="not_sent", reason="looked", by="li"),
        True,
    ),
    "another's answer to it": (lambda _: SendRejected(attempt=2, retryable=True), True),
    "a send by hand": (lambda _: SendImported(appid=APPID, sent_at=NOW, by="li"), True),
    "another batch": (lambda sale: attempted(sale, batch=2), False),
    "what became of its draft": (lambda _: JobStatus(msg_id=7, status="sent"), False),
}


@pytest.mark.parametrize(("behind", "closes"), BEHIND.values(), ids=BEHIND)
def test_an_entry_about_this_send_behind_its_attempt_closes_it(
    monkeypatch: pytest.MonkeyPatch, behind: Callable[..., Any], closes: bool
) -> None:
    sale = text("sale", window=OPEN)
    scene = Scene([sale])
    event = behind(sale)
    written_behind(monkeypatch, scene, (event[0] if isinstance(event, tuple) else event, sale))
    done = scene.apply()
    refused = [each.guard for each in done.campaigns[0].refusals]
    assert (Guard.OTHER_RUNNER in refused, 0 if closes else 1) == (
        closes,
        scene.wechat.count("send_mass"),
    )


def test_one_about_another_campaign_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene([text("sale", window=OPEN)])
    written_behind(monkeypatch, scene, attempted(text("other")))
    scene.apply()
    assert 1 == scene.wechat.count("send_mass")


def test_one_under_its_old_name_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other runner is at a commit from before the renaming."""
    scene = Scene([text("sale", window=OPEN, first_name=CampaignName("autumn-sale"))])
    by_hand = SendImported(appid=APPID, sent_at=NOW, by="li")
    written_behind(monkeypatch, scene, (by_hand, text("autumn-sale")))
    refused = [each.guard for each in scene.apply().campaigns[0].refusals]
    assert ([Guard.OTHER_RUNNER], 0) == (refused, scene.wechat.count("send_mass"))


def written_behind(monkeypatch: pytest.MonkeyPatch, scene: Scene, happening: Happening) -> None:
    """Let another runner write once this one's attempt is durable."""
    monkeypatch.setattr(SimWeChat, "require_token", lambda _: scene.write(happening))


BOUNDED = {"min": 500, "max": 1500}
TAGGED = {101: 1000}


def counted(
    campaign: RenderedCampaign, meanwhile: Callable[[Scene], object], *faults: tuple[str, Fault]
) -> Outcome:
    """Apply while something happens to the audience, once the attempt is durable."""
    scene = Scene([campaign])
    scene.wechat.tags_of, scene.wechat.tags_count = {101: "会员"}, dict(TAGGED)
    slow(scene, scene.clock.now(), lambda: (meanwhile(scene), scene.wechat.coming.extend(faults)))
    done = scene.apply()
    assert (len(scene.wechat.jobs) == 0) == bool(done.campaigns[0].refusals)
    return done


def followers(count: int) -> Callable[[Scene], None]:
    def change(scene: Scene) -> None:
        scene.wechat.followers, scene.wechat.tags_count = count, dict.fromkeys(TAGGED, count)

    return change


@pytest.mark.parametrize("count", [0, 499, 1501, 900_000])
@pytest.mark.parametrize(
    "whom", [{}, {"tag_id": 101}, {"tag": "会员"}], ids=["everybody", "a tag", "a name"]
)
def test_an_audience_that_changes_its_size_meanwhile_is_refused(
    whom: dict[str, Any], count: int
) -> None:
    (outcome,) = counted(
        text("sale", window=OPEN, audience=audience(**whom, expect=BOUNDED)), followers(count)
    ).campaigns
    (refusal,) = outcome.refusals
    assert (Guard.AUDIENCE_BOUNDS, True) == (refusal.guard, f"{count} followers" in refusal.message)


def test_one_that_stays_within_its_bounds_or_has_none_is_sent() -> None:
    assert (
        0
        == counted(
            text("sale", window=OPEN, audience=audience(expect=BOUNDED)), followers(1500)
        ).exit_status()
    )
    assert 0 == counted(text("sale", window=OPEN), followers(900_000)).exit_status()


def test_nobody_is_never_sent_to() -> None:
    assert 5 == counted(text("sale", window=OPEN), followers(0)).exit_status()


def test_a_tag_that_gives_its_name_away_meanwhile_is_refused() -> None:
    def rename(scene: Scene) -> None:
        scene.wechat.tags_of = {101: "老会员"}

    (outcome,) = counted(text("sale", window=OPEN, audience=audience(tag="会员")), rename).campaigns
    assert [Guard.AUDIENCE_CHANGED] == [each.guard for each in outcome.refusals]


@pytest.mark.parametrize("whom", [{"expect": BOUNDED}, {"tag_id": 101}, {"tag": "会员"}])
@pytest.mark.parametrize("fault", [Fault.REQUEST_LOST, Fault.NO_RIGHT])
def test_a_size_that_stays_unread_refuses_where_the_send_depends_on_it(
    whom: dict[str, Any], fault: Fault
) -> None:
    never = [("tags" if "tag" in whom else "audience_count", fault)] * 99
    (outcome,) = counted(
        text("sale", window=OPEN, audience=audience(**whom)), lambda _: None, *never
    ).campaigns
    assert [Guard.AUDIENCE_BOUNDS] == [each.guard for each in outcome.refusals]


@pytest.mark.parametrize("fault", [Fault.REQUEST_LOST, Fault.NO_RIGHT])
def test_a_size_that_nothing_depends_on_may_stay_unread(fault: Fault) -> None:
    assert (
        0
        == counted(
            text("sale", window=OPEN), lambda _: None, ("audience_count", fault)
        ).exit_status()
    )


def test_a_size_that_can_be_read_again_is_judged() -> None:
    campaign = text("sale", window=OPEN, audience=audience(expect=BOUNDED))
    lost = [("audience_count", Fault.REQUEST_LOST)] * 2
    assert 0 == counted(campaign, lambda _: None, *lost).exit_status()
    assert 5 == counted(campaign, followers(1501), *lost).exit_status()


def doubtful(**whom: Any) -> Scene:
    scene = Scene([text("sale", window=OPEN, audience=audience(**whom))], wait_in_doubt=False)
    scene.apply(("send_mass", Fault.REQUEST_LOST))
    scene.later(minutes=2)
    scene.wait_in_doubt = True
    return scene


@pytest.mark.parametrize("grows_after", ["the doubt", "the attempt"])
def test_a_repetition_to_an_audience_that_grew_is_settled_and_its_bounds_are_left_alone(
    grows_after: str,
) -> None:
    scene = doubtful(expect=BOUNDED)
    if grows_after == "the doubt":
        followers(1501)(scene)
    else:
        slow(scene, scene.clock.now() + timedelta(seconds=1), lambda: followers(1501)(scene))
    (refusal,) = scene.apply().campaigns[0].refusals
    assert (Guard.AUDIENCE_BOUNDS, settle("sale")) == (refusal.guard, refusal.hint)


@pytest.mark.parametrize("connects_in", [0, 5])
def test_a_repetition_that_comes_behind_the_window_is_settled_and_gets_no_new_one(
    connects_in: int,
) -> None:
    scene = slow(
        doubtful(),
        OPEN.not_after - timedelta(seconds=1)
        if connects_in
        else OPEN.not_after + timedelta(seconds=1),
    )
    scene.wechat.connects_in = timedelta(seconds=connects_in)
    (refusal,) = scene.apply().campaigns[0].refusals
    assert (Guard.EXPIRED, settle("sale")) == (refusal.guard, refusal.hint)


SEND = intent()


def permit(clock: SimClock | None = None) -> Permit:
    return Permit(_ISSUER, SEND, 2, NOW, NOW + timedelta(seconds=2), clock or SimClock(NOW))


def test_nobody_but_the_last_look_makes_a_permit() -> None:
    with pytest.raises(InvariantError, match="without a last look"):
        Permit(object(), SEND, 2, NOW, NOW, SimClock(NOW))


def test_a_permit_that_is_spent_or_of_another_send_stops_the_request_before_it_is_written() -> None:
    written: list[str] = []

    def serve(request: httpx.Request) -> httpx.Response:
        written.append(request.url.path)
        return httpx.Response(
            200, json={"access_token": "T", "expires_in": 7200, "errcode": 0, "msg_id": 7}
        )

    client = WeChatClient.open(
        "wx1", "secret", "https://api.weixin.qq.com", inside=httpx.MockTransport(serve)
    )
    client.require_token()
    written.clear()
    spent = permit()
    spent.spend(SEND)
    for issued, why in ((spent, "used twice"), (permit(), "another send")):
        with pytest.raises(InvariantError, match=why):
            client.send_mass(SEND if issued is spent else intent(), issued)
    assert [] == written
    client.send_mass(SEND, permit())
    assert ["/cgi-bin/message/mass/sendall"] == written


def test_a_permit_passes_with_its_clock() -> None:
    clock = SimClock(NOW)
    given = permit(clock)
    clock.moment += timedelta(seconds=2)
    assert not given.has_passed()
    clock.moment += timedelta(microseconds=1)
    assert given.has_passed()


def test_each_attempt_of_a_run_has_a_permit_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Permit] = []
    send = SimWeChat.send_mass

    def noting(wechat: SimWeChat, asked: object, issued: Permit) -> object:
        given.append(issued)
        return send(wechat, asked, issued)  # type: ignore[arg-type]

    monkeypatch.setattr(SimWeChat, "send_mass", noting)
    scene = Scene([text(window=OPEN)])
    assert 0 == scene.apply(("send_mass", Fault.ANSWER_LOST)).exit_status()
    attempts = [
        entry.serial for entry in scene.ledger.entries if entry.event.type == "send_attempted"
    ]
    assert attempts == [each.attempt for each in given]
    assert [True, True] == [
        each.deadline - each.issued_at == timedelta(seconds=2) for each in given
    ]


FOREIGN = Lease(act="taken_over", runner="bb", boot="boot 2", host="sender-2", by="li")


@pytest.mark.parametrize(
    ("behind", "rules", "sent"),
    [
        (FOREIGN, house(), 0),
        (FOREIGN, replace(house(), runner=RunnerId("bb", "boot 2")), 1),
        (FOREIGN, replace(house(), runner=RunnerId("bb", "boot 1")), 0),
        (FOREIGN, replace(house(), by_hand=True), 1),
        (replace(FOREIGN, act="released"), house(), 1),
    ],
    ids=["another's", "its own", "a copy's of its folder", "a person repeats one send", "given up"],
)
def test_a_lease_that_is_taken_behind_an_attempt_closes_it(
    monkeypatch: pytest.MonkeyPatch, behind: Lease, rules: PolicyInForce, sent: int
) -> None:
    scene = Scene([text("sale", window=OPEN)], rules=rules)
    monkeypatch.setattr(SimWeChat, "require_token", lambda _: scene.write(behind))
    done = scene.apply()
    assert sent == scene.wechat.count("send_mass")
    if not sent:
        (refusal,) = done.campaigns[0].refusals
        assert (Guard.OTHER_RUNNER, True) == (refusal.guard, "sender-2" in refusal.message)
        assert [] == scene.state.in_doubt(AppId(APPID))


def test_every_guard_says_of_every_moment_whether_it_is_asked_or_why_not() -> None:
    for row in _table():
        assert all(row[moment.value] for moment in Moment), row.guard.__name__
        assert any(row.is_asked(moment) for moment in Moment), row.guard.__name__


def test_what_time_people_and_files_can_change_is_asked_in_the_last_look() -> None:
    """Whatever is not asked there says why, and reads nothing but the ledger, the campaign or an earlier answer."""
    asked = {row.guard.__name__ for row in _table() if row.is_asked(Moment.LAST_LOOK)}
    time = {"_window", "_denied_batch", "_freeze", "_quiet_hours", "_doubt", "_allowance", "_skew"}
    people = {
        "_kill_switch",
        "_tip",
        "_sources",
        "_destinations",
        "_approval",
        "_audience",
        "_erased_people",
        "_erased_people_unread",
        "_same_people",
        "_same_people_unread",
        "_cap",
        "_nobody_left",
        "_preview",
        "_draft",
        "_behind",
        "_ledger",
    }
    assert time | people == asked
    before = {row.guard.__name__ for row in _table() if row.is_asked(Moment.ATTEMPT)}
    assert asked - before == {"_ledger"}


def test_a_clock_that_stood_still_since_the_attempt_sends_nothing() -> None:
    """The machine slept; the answers of the last look say that the window is over."""
    scene = Scene([news(window=OPEN)])
    server = [NOW]
    scene.skew = lambda _: Skew(scene.clock.now(), scene.clock.now(), server[0])
    slow(scene, NOW, lambda: server.append(server.pop() + timedelta(minutes=110)))
    (outcome,) = scene.apply().campaigns
    assert ([], [Guard.CLOCK_SKEW]) == (
        scene.wechat.jobs,
        [each.guard for each in outcome.refusals],
    )


def test_a_look_that_heard_no_time_asks_for_it() -> None:
    """A message of words to a list reads nothing at WeChat; the token's answer has a date."""
    scene, asked = Scene([to_openids(text("sale", window=OPEN), BATCHES)]), [0]
    before, behind = Skew(NOW, NOW, NOW), Skew(NOW, NOW, NOW + timedelta(minutes=110))
    scene.skew = lambda _: (
        behind if asked[0] and scene.wechat.count("renew_token") >= asked[0] else before
    )
    slow(scene, NOW, lambda: asked.append(asked.pop() or 1 + scene.wechat.count("renew_token")))
    (outcome,) = scene.apply().campaigns
    assert ([], [Guard.CLOCK_SKEW]) == (
        scene.wechat.jobs,
        [each.guard for each in outcome.refusals],
    )


@pytest.mark.parametrize("changed", [None, "campaigns/sale/campaign.yaml"])
def test_a_file_that_is_edited_while_the_attempt_is_made_durable_holds_the_request_back(
    changed: str | None,
) -> None:
    scene, found = Scene([text("sale", window=OPEN)]), [None]
    scene.changed = lambda _: found[-1]
    slow(scene, NOW + timedelta(minutes=1), lambda: found.append(changed))  # type: ignore[arg-type]
    (outcome,) = scene.apply().campaigns
    refused = [] if changed is None else [Guard.SOURCES_CHANGED]
    assert (1 - len(refused), refused) == (
        len(scene.wechat.jobs),
        [each.guard for each in outcome.refusals],
    )


def test_so_does_another_commit_under_it() -> None:
    judged = replace(JUDGED, commit=TIP.here)
    rules = [replace(house(), tip=TIP)]
    scene = Scene(
        [text("sale", window=OPEN, inputs=judged)], rules=rules[0], fresh_rules=lambda: rules[-1]
    )
    moved = replace(TIP, here="b" * 40, there="b" * 40)
    slow(scene, NOW + timedelta(minutes=1), lambda: rules.append(replace(house(), tip=moved)))
    (outcome,) = scene.apply().campaigns
    assert ([], [Guard.SOURCES_CHANGED]) == (
        scene.wechat.jobs,
        [each.guard for each in outcome.refusals],
    )


def test_a_preview_that_is_asked_for_meanwhile_holds_the_request_back() -> None:
    rules = [house()]
    scene = Scene([text("sale", window=OPEN)], fresh_rules=lambda: rules[-1])
    slow(scene, NOW + timedelta(minutes=1), lambda: rules.append(house(require_preview=True)))
    (outcome,) = scene.apply().campaigns
    assert ([], [Guard.PREVIEW_MISSING]) == (
        scene.wechat.jobs,
        [each.guard for each in outcome.refusals],
    )


MONTH_END = datetime(2026, 12, 31, 15, 59, 48, tzinfo=UTC)
"""Twelve seconds before January in Beijing."""


@pytest.mark.parametrize(("in_january", "sent"), [(3, 1), (4, 0)])
def test_the_allowance_is_that_of_the_month_in_which_the_request_leaves(
    in_january: int, sent: int
) -> None:
    """The attempt itself is no use of it: it is what is judged."""
    window = Window(MONTH_END - timedelta(hours=1), MONTH_END + timedelta(hours=1))
    scene = slow(
        Scene([text("sale", window=window)], now=MONTH_END), MONTH_END + timedelta(seconds=30)
    )
    scene.ledger.append(0, [as_new(Created(lineage=LINEAGE, realm="loopback"))], durable=True)
    # Somebody's clock runs a minute fast: these are on record for January already.
    told = [website(MONTH_END + timedelta(minutes=1, seconds=n)) for n in range(in_january)]
    scene.ledger.append(1, told, durable=True)
    (outcome,) = scene.apply().campaigns
    refused = [] if sent else [Guard.ALLOWANCE]
    assert (sent, refused) == (len(scene.wechat.jobs), [each.guard for each in outcome.refusals])


def website(when: datetime) -> NewEntry:
    """A send to everybody that somebody made in the console."""
    event = SendImported(sent_at=when, reason="r", by="lin", appid=APPID)
    return NewEntry(at=MONTH_END, event=event)


def test_a_ledger_that_lost_the_attempt_meanwhile_holds_the_request_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene = Scene([text("sale", window=OPEN)])
    monkeypatch.setattr(LedgerSession, "entries_after", lambda *_: [])
    (outcome,) = scene.apply().campaigns
    assert ([], [Guard.LEDGER_MISSING]) == (
        scene.wechat.jobs,
        [each.guard for each in outcome.refusals],
    )
