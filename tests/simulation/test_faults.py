"""Faults of the send, each shown by a small world in which more moves than before; what is mended loses its marker.

A test is called after the number of its fault. It goes through every schedule of its worlds, or plays one again.
"""

import json

import pytest
from building import HOUR, OTHER_APPID, house
from copies import replace
from simulation.choices import Explorer
from simulation.reproducing import reproduction
from simulation.scenario import Scene
from simulation.scenarios import MOVING, TEXT
from simulation.schedule import Turn
from simulation.world import Fault

from massctl.apply.outcome import Outcome

BY_NAME = {scenario.name: scenario for scenario in MOVING}


def nothing_is_wrong(*names: str) -> None:
    """Go through these worlds, and tell the first schedule at which something is wrong."""
    for name in names:
        found = Explorer(BY_NAME[name], stop_early=True).explore()
        if found.violations:
            pytest.fail(reproduction(BY_NAME[name], found.violations[0]), pytrace=False)
        assert found.schedules >= BY_NAME[name].schedules_min, found.schedules


def nothing_is_wrong_with(written: str) -> None:
    """Play one schedule again, as a failure prints it."""
    document = json.loads(written)
    turns = tuple(Turn.read(turn) for turn in document["turns"])
    found = Explorer(BY_NAME[document["scenario"]]).follow(turns)
    assert [] == [violation.what for violation in found.violations]


@pytest.mark.night
def test_fault_01_an_edit_that_is_put_back_leaves_a_draft_of_another_version() -> None:
    nothing_is_wrong("news in batches, edited and put back")


def test_fault_01_a_draft_that_comes_late_is_of_the_version_before() -> None:
    nothing_is_wrong_with(
        '{"scenario": "news in batches, edited and put back, and late", "turns": [{}, {"gap_minutes": 1.0, "faults": '
        '{"3": "answer lost, and the effect comes when it is called for"}, "crash": 12}, {"gap_minutes": 120.0, '
        '"faults": {"6": "45028"}}, {"gap_minutes": 1.0, "before": "what is very late arrives"}]}'
    )


def test_fault_02_batches_that_a_person_sent_by_hand_go_out_again() -> None:
    nothing_is_wrong("text in batches, refusals are settled")


@pytest.mark.night
def test_fault_03_a_second_clone_sends_again() -> None:
    nothing_is_wrong("text, two clones")


def test_fault_03_whoever_shares_the_ledger_first_sends() -> None:
    begun, again = (
        "a person begins, commits and pushes the ledger",
        "another clone is made, and its ledger begun",
    )
    for first, second, sends in (
        (begun, "", 1),
        ("", f"{again}, committed and pushed", 1),
        ("", again, 0),
    ):
        turns = Turn(before=first), Turn(30 * HOUR, second)
        found = Explorer(BY_NAME["text, two clones"]).follow(turns)
        assert found.ends == {"sent" if sends else "not sent": 1}


def test_fault_04_a_damaged_ledger_sends() -> None:
    nothing_is_wrong(
        "text, a damaged ledger", "text, a ledger damaged in doubt", "text, a repaired ledger"
    )


@pytest.mark.night
@pytest.mark.parametrize(
    "name",
    [
        "text to a tag that grows",
        "text to a tag that shrinks",
        "text to a name that moves",
        "text to all, and many follow",
        "news to all, and many follow",
        "git, news to all, and many follow",
    ],
)
def test_fault_05_an_audience_that_moved_is_sent_to(name: str) -> None:
    nothing_is_wrong(name)


@pytest.mark.parametrize(
    "name",
    [
        "text, slow",
        "text, slow, and quiet hours",
        "text, a slow disk",
        "news, slow",
        "git, text, slow",
        "git, news, slow",
    ],
)
def test_fault_06_a_window_closes_inside_a_call(name: str) -> None:
    nothing_is_wrong(name)


@pytest.mark.parametrize(
    "name", ["text, two checkouts of one ledger", "two campaigns, two checkouts of one ledger"]
)
def test_fault_07_a_checkout_cuts_away_what_another_wrote(name: str) -> None:
    nothing_is_wrong(name)


def test_fault_08_a_list_stands_still_behind_its_first_batch() -> None:
    nothing_is_wrong("news in batches, the console's version is kept")


@pytest.mark.parametrize("name", ["news, the folder is deleted", "news, the window expires"])
def test_fault_09_a_draft_stays_that_nobody_sends_any_more(name: str) -> None:
    nothing_is_wrong(name)


def test_fault_10_an_edition_is_lowered() -> None:
    nothing_is_wrong("text, the edition is lowered")


def test_fault_10_an_edition_is_raised_over_a_partly_sent_list() -> None:
    nothing_is_wrong("text in batches, the edition is raised")


def test_fault_11_what_was_accepted_after_a_wrong_word_is_sent_under_another_name() -> None:
    nothing_is_wrong("git, a person is wrong in a push")


def test_fault_11_an_interrupted_push_is_written_twice() -> None:
    nothing_is_wrong("git, news, interrupted")


def test_fault_11_an_appid_that_changes_in_doubt_is_told_of() -> None:
    scene = Scene([replace(TEXT, window=None)], rules=house("words"), wait_in_doubt=False)
    scene.apply(("send_mass", Fault.ANSWER_LOST))
    scene.campaigns = [replace(TEXT, window=None, appid=OTHER_APPID)]
    scene.later(minutes=5)
    assert words_of(scene.apply())


def words_of(outcome: Outcome) -> list[str]:
    """Give all that a run says about campaigns."""
    return [
        *(refusal.message for each in outcome.campaigns for refusal in each.refusals),
        *(each.error.message for each in outcome.campaigns if each.error is not None),
        *(found.message for each in outcome.campaigns for found in each.planned.diagnostics),
    ]


def test_fault_13_a_digest_stops_every_message_of_several_articles() -> None:
    nothing_is_wrong("news of two articles")


def test_fault_14_a_fifth_send_of_a_month_leaves() -> None:
    nothing_is_wrong("five to one tag in a month")


@pytest.mark.parametrize("name", ["news, the console in a run", "git, news, the console in a push"])
def test_what_the_console_changes_while_an_attempt_is_written_down_goes_out(name: str) -> None:
    nothing_is_wrong(name)


def test_a_kill_switch_that_is_thrown_while_a_request_connects_is_obeyed() -> None:
    nothing_is_wrong("text, slow, and the kill switch")


def test_a_list_goes_on_behind_a_first_batch_that_a_person_sent() -> None:
    nothing_is_wrong("text in batches, a refusal is settled")


def test_a_list_of_which_a_person_sent_the_first_batch_is_partly_sent() -> None:
    nothing_is_wrong("text in batches, the edition is raised behind a settled refusal")


def test_a_request_that_left_late_is_repeated_no_sooner() -> None:
    nothing_is_wrong("text, slow, and a lost answer", "git, text, slow, and no clear answer")


def test_a_kill_switch_is_obeyed_wherever_it_is_thrown() -> None:
    nothing_is_wrong("text, the kill switch in a run")
