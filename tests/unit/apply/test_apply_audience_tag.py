"""The tag of an audience: made once, filled by its difference, read back, and left alone while a send needs it."""

import pytest
from building import APPID, attempted, text
from copies import replace
from tag_world import Killed, TagWorld, openids

from massctl.apply.audience_tag import FillPermit, fill, find_or_make_tag, reread, untag_erased
from massctl.errors import (
    InvariantError,
    LedgerStaleError,
    PermanentError,
    TransportError,
    WeChatError,
)
from massctl.model.audience_tag import AudienceTag, tag_name
from massctl.model.entries import SendAccepted, SendRejected, TagFilled
from massctl.model.state import State
from massctl.plan.audience_tag import FILL_MAX, FILL_QUIET, JOB_MAX, FreeTag, free_tag
from massctl.plan.steps import Guard, Refusal

EVERYBODY = openids(0, 300)
EAST = openids(0, 120)


@pytest.fixture
def world() -> TagWorld:
    return TagWorld(EVERYBODY)


def filled(world: TagWorld, people=EAST) -> TagFilled:
    done = fill(world.tagger(), world.wanted(people))
    assert isinstance(done, TagFilled)
    return done


def tag_of(world: TagWorld) -> AudienceTag:
    return world.tagger().ledger.state.tags[APPID, "east"]


def attempt(world: TagWorld, *more):
    """Record an attempt to send to the tag, and what came of it."""
    tag = tag_of(world)
    event, campaign = attempted(
        text("letter"), audience={"of": "east", "by": "tag", "tag_id": tag.tag_id}
    )
    session = world.tagger().ledger
    serial = session.record(event, campaign).serial
    for verdict in more:
        world.tagger().ledger.record(verdict(serial), campaign)
    return campaign


def test_an_audience_gets_a_tag_of_its_own_with_exactly_its_people(world: TagWorld) -> None:
    done = filled(world)
    assert {134: set(EAST)} == world.account.tagged
    assert "massctl/east" == world.account.names[134]
    assert (120, 120, 0, 0) == (done.count, done.added, done.removed, done.unfollowed)
    assert ["tag_begun", "tag_made", "tag_fill_begun", "tag_filled"] == world.kinds


def test_calls_hold_50_people_and_the_next_fill_only_the_difference(world: TagWorld) -> None:
    filled(world)
    assert 3 == world.account.calls.count("tag")
    world.account.calls.clear()
    done = filled(world, openids(3, 121))
    assert (1, 3) == (done.added, done.removed)
    assert ["untag", "tag"] == [each for each in world.account.calls if "tag" in each][1:3]


def test_a_tag_that_is_right_already_is_not_touched_and_nothing_is_recorded(
    world: TagWorld,
) -> None:
    filled(world)
    before = list(world.kinds)
    filled(world)
    assert before == world.kinds


def test_a_name_that_is_in_use_is_refused_and_nobody_in_that_tag_is_touched(
    world: TagWorld,
) -> None:
    world.account.create_tag("massctl/east")
    world.account.tagged[134] = {"oSomebody"}
    with pytest.raises(PermanentError, match="did not make it"):
        filled(world)
    assert {"oSomebody"} == world.account.tagged[134]


def test_an_empty_tag_of_the_name_is_nobody_elses_only_if_we_asked_for_it(world: TagWorld) -> None:
    world.account.create_tag("massctl/east")
    with pytest.raises(PermanentError, match="did not make it"):
        filled(world)
    assert [] == world.kinds


def test_a_tag_whose_answer_was_lost_is_found_again(world: TagWorld) -> None:
    def die(name: str) -> None:
        if name == "create":
            raise Killed

    world.account.behind_call = die
    with pytest.raises(Killed):
        filled(world)
    world.account.behind_call = lambda _: None
    assert 134 == filled(world).tag_id
    assert [134] == list(world.account.tagged)


def test_a_name_that_wechat_refused_is_never_taken_for_ours(world: TagWorld) -> None:
    def person_is_faster(name: str) -> None:
        if name == "create" and not world.account.names:
            world.account.tagged[1], world.account.names[1] = set(), "massctl/east"

    world.account.before_call = person_is_faster
    with pytest.raises(PermanentError, match="in use"):
        filled(world)
    with pytest.raises(PermanentError, match="did not make it"):
        filled(world)


def test_a_tag_that_somebody_deleted_is_made_again(world: TagWorld) -> None:
    filled(world)
    del world.account.tagged[134], world.account.names[134]
    assert 135 == filled(world).tag_id
    assert set(EAST) == world.account.tagged[135]


def test_an_edit_in_the_console_is_told_and_put_right(world: TagWorld) -> None:
    filled(world)
    world.account.tagged[134] ^= openids(119, 122)
    assert 3 == filled(world).by_hand
    assert set(EAST) == world.account.tagged[134]
    assert [
        "somebody changed the tag massctl/east in the console: +2 −1; massctl puts it right"
    ] == [line for line in world.told.said if "console" in line]


def test_who_left_the_account_gets_no_tag_and_is_no_edit(world: TagWorld) -> None:
    filled(world)
    world.account.leave(openids(0, 2))
    done = filled(world)
    assert (118, 2, 0) == (done.count, done.unfollowed, done.by_hand)
    assert not [line for line in world.told.said if "console" in line]


def test_who_has_20_tags_stops_the_send_and_the_others_are_tagged(world: TagWorld) -> None:
    world.account.full = {min(EAST)}
    with pytest.raises(PermanentError, match="1 people of the audience have 20 tags"):
        filled(world)
    assert set(EAST) - {min(EAST)} == world.account.tagged[134]


def test_a_fill_that_was_killed_after_each_call_is_followed_by_one_that_ends_it() -> None:
    moments = 0
    for moment in range(100):
        world, passed = TagWorld(EVERYBODY), iter(range(1_000))
        filled(world, openids(90, 200))

        def die(_: str, passed=passed, moment=moment) -> None:
            if next(passed) == moment:
                raise Killed

        world.account.behind_call = die
        try:
            filled(world)
        except Killed:
            moments += 1
        else:
            break
        world.account.behind_call = lambda _: None
        filled(world)
        assert set(EAST) == world.account.tagged[134]
    assert 7 == moments


def test_nobody_has_the_tag_too_many_while_it_is_filled(world: TagWorld) -> None:
    filled(world, openids(100, 220))
    seen = []
    world.account.behind_call = lambda name: seen.append((name, set(world.account.tagged[134])))
    filled(world)
    first = [name for name, _ in seen].index("tag")
    assert all(people <= EAST for name, people in seen[first:])


# What a send needs is left alone


def accepted(serial: int) -> SendAccepted:
    return SendAccepted(attempt=serial, msg_id=3147000001)


def rejected(serial: int) -> SendRejected:
    return SendRejected(attempt=serial, errcode=45028)


@pytest.mark.parametrize("verdicts", [(), (accepted,)], ids=["open", "job runs"])
def test_a_tag_is_left_alone_until_the_job_of_its_send_has_ended(world: TagWorld, verdicts) -> None:
    filled(world)
    attempt(world, *verdicts)
    refused = fill(world.tagger(), world.wanted(openids(0, 10)))
    assert isinstance(refused, Refusal)
    assert Guard.AUDIENCE_CHANGED is refused.guard
    assert set(EAST) == world.account.tagged[134]


def test_an_edit_by_hand_is_not_put_right_under_a_running_job(world: TagWorld) -> None:
    filled(world)
    attempt(world, accepted)
    world.account.tagged[134] -= openids(0, 5)
    assert isinstance(fill(world.tagger(), world.wanted(EAST)), Refusal)
    assert 115 == len(world.account.tagged[134])


def test_a_tag_that_a_doubtful_send_names_is_not_made_again(world: TagWorld) -> None:
    filled(world)
    attempt(world)
    del world.account.tagged[134], world.account.names[134]
    for refused in (find_or_make_tag, fill):
        assert isinstance(refused(world.tagger(), world.wanted(EAST)), Refusal)
    assert {} == world.account.names


def test_a_tag_is_free_after_a_refused_send_and_after_the_end_of_a_job(world: TagWorld) -> None:
    filled(world)
    attempt(world, rejected)
    assert 10 == filled(world, openids(0, 10)).count
    attempt(world, accepted)
    world.clock.sleep(JOB_MAX.total_seconds())
    assert 5 == filled(world, openids(0, 5)).count


def test_a_run_that_judged_before_another_runs_attempt_changes_nobody(world: TagWorld) -> None:
    filled(world)
    slow = world.tagger()
    attempt(world)
    with pytest.raises(LedgerStaleError):
        fill(slow, world.wanted(openids(0, 10)))
    assert set(EAST) == world.account.tagged[134]


def test_no_free_tag_and_no_permit_is_made_past_their_rooms(world: TagWorld) -> None:
    tag = AudienceTag(APPID, "east", tag_id=134)
    assert isinstance(free_tag(State(), tag, world.clock.now()), FreeTag)
    with pytest.raises(InvariantError):
        FreeTag(object(), tag, 0)
    with pytest.raises(InvariantError):
        FillPermit(object(), 134, 1, world.clock.now(), world.clock)


# The last look


def look(world: TagWorld, people=EAST):
    return reread(world.tagger(), tag_of(world), world.wanted(people), "letter")


def test_a_last_look_counts_exactly_the_approved_people(world: TagWorld) -> None:
    filled(world)
    assert 120 == look(world)


@pytest.mark.parametrize(
    ("change", "words"),
    [(openids(120, 121), "+1 −0"), (openids(5, 6), "+0 −1"), (openids(118, 122), "+2 −2")],
)
def test_one_person_who_differs_refuses_the_send(world: TagWorld, change, words) -> None:
    filled(world)
    world.account.tagged[134] ^= change
    refused = look(world)
    assert isinstance(refused, Refusal)
    assert Guard.AUDIENCE_CHANGED is refused.guard
    assert words in str(refused.message)


def test_who_left_the_account_since_does_not_hold_back_the_others(world: TagWorld) -> None:
    filled(world)
    world.account.leave(openids(0, 1))
    assert 119 == look(world)


def test_a_send_waits_while_another_run_may_still_bring_other_people(world: TagWorld) -> None:
    filled(world)
    dead = world.tagger()

    def die(name: str) -> None:
        if name == "tag":
            raise Killed

    world.account.before_call = die
    with pytest.raises(Killed):
        fill(dead, world.wanted(openids(0, 130)))
    world.account.before_call = lambda _: None
    filled(world)
    refused = look(world)
    assert isinstance(refused, Refusal)
    assert Guard.OTHER_RUNNER is refused.guard
    world.clock.sleep(FILL_QUIET.total_seconds() + 1)
    assert 120 == look(world)


def test_a_call_of_a_fill_never_leaves_late(world: TagWorld) -> None:
    def sleep(name: str) -> None:
        if name == "tag":
            world.clock.sleep(FILL_MAX.total_seconds() + 1)

    world.account.behind_call = sleep
    with pytest.raises(WeChatError, match="took too long"):
        filled(world)
    assert 50 == len(world.account.tagged[134])


def test_a_fill_that_takes_long_says_again_that_it_goes_on(
    world: TagWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("massctl.apply.audience_tag._PORTION", 1)
    world.account.behind_call = lambda name: world.clock.sleep(
        0.4 * FILL_MAX.total_seconds() if name == "tag" else 0
    )
    assert 120 == filled(world).count
    begun = [each.event for each in world.ledger.entries if each.event.type == "tag_fill_begun"]
    assert [None, 3] == [each.again for each in begun]


def test_an_answer_that_is_about_nobody_ends_the_fill(world: TagWorld) -> None:
    def refuse(name: str) -> None:
        if name == "tag":
            raise PermanentError("no right", errcode=48001)

    world.account.before_call = refuse
    with pytest.raises(PermanentError, match="no right"):
        filled(world)
    assert {134: set()} == world.account.tagged


def test_a_tag_that_shows_other_people_after_its_fill_is_not_filled(world: TagWorld) -> None:
    def edit(name: str) -> None:
        if name == "tag":
            world.account.tagged[134] -= openids(5, 6)

    world.account.behind_call = edit
    with pytest.raises(TransportError, match=r"does not have the people .*: \+0 −1"):
        filled(world)
    assert "tag_filled" not in world.kinds


def test_a_name_whose_answer_never_came_may_be_ours(world: TagWorld) -> None:
    def lose(name: str) -> None:
        if name == "create":
            raise TransportError("cut")

    world.account.behind_call = lose
    with pytest.raises(TransportError):
        filled(world)
    world.account.behind_call = lambda _: None
    assert 134 == filled(world).tag_id


@pytest.mark.parametrize("name", ["east", "a" * 22, "a" * 23, "a" * 64])
def test_a_tag_name_has_at_most_30_characters(name: str) -> None:
    assert len(tag_name(name)) <= 30
    assert tag_name(name).startswith("massctl/a" if name != "east" else "massctl/east")


def test_two_long_names_have_two_tags() -> None:
    assert tag_name("a" * 40) != tag_name("a" * 41)


def test_no_entry_of_a_tag_holds_an_openid(world: TagWorld) -> None:
    filled(world)
    assert "oPerson" not in str(world.ledger.entries)
    assert "oPerson" not in repr(replace(world.wanted(EAST), audience="west"))


# Erasure


def erase(world: TagWorld):
    """Erase the first person from the snapshot, and take them out of the tag."""
    wanted = world.wanted(EAST)
    left = EAST - openids(0, 1)
    world.snapshots[wanted.snapshot] = left
    return untag_erased(world.tagger(), replace(wanted, people=left))


def test_who_is_erased_loses_the_tag_and_nobody_gets_it(world: TagWorld) -> None:
    filled(world)
    world.account.tagged[134] -= openids(5, 6)
    assert isinstance(erase(world), TagFilled)
    assert set(EAST) - openids(0, 1) - openids(5, 6) == world.account.tagged[134]
    assert not [line for line in world.told.said if "console" in line]


def test_an_erasure_waits_for_the_send_that_needs_the_tag(world: TagWorld) -> None:
    filled(world)
    attempt(world, accepted)
    assert isinstance(erase(world), Refusal)
    assert set(EAST) == world.account.tagged[134]


def test_an_erasure_makes_no_tag_again(world: TagWorld) -> None:
    filled(world)
    del world.account.tagged[134], world.account.names[134]
    assert erase(world) is None
    assert {} == world.account.names
