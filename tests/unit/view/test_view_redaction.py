"""What whoever is shown one group reads in place of another's words."""

import pytest

from massctl.model.ids import CampaignName
from massctl.model.phrase import Phrase, ShellCommand
from massctl.model.state import Record, State
from massctl.view.i18n import Language, say
from massctl.view.redaction import Redaction

ANOTHER = "another campaign of this account"


def redaction() -> Redaction:
    own = {"north-sale", "clients/north", "campaigns/clients/north/north-sale", "南方大促在北方"}
    others = {"clients/south", "南方大促", "southern", "north"}
    return Redaction(own, others, {"south-sale"}, lambda name: name.startswith("north-"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("south-sale", ANOTHER),
        ("campaigns/clients/south/south-sale/campaign.yaml", "campaigns/…/…/campaign.yaml"),
        ("sent as 南方大促了", "sent as …了"),
        ("南方大促在北方", "南方大促在北方"),
        ("《南方大促在北方》和《南方大促》", "《南方大促在北方》和《…》"),
        ("campaigns/clients/north/north-sale/a.md", "campaigns/clients/north/north-sale/a.md"),
        ("campaigns/clients/north/north-sale/southern/a.md",) * 2,
        ("git southern", "git …"),
        ("southerner", "southerner"),
    ],
)
def test_other_words_are_hidden_and_own_ones_stay_whole(text: str, shown: str) -> None:
    assert shown == redaction()(text)


def test_what_is_also_an_own_word_stays() -> None:
    redact = Redaction({"春节快乐"}, {"春节快乐", "春节"}, (), lambda _: True)
    assert ("春节快乐", "…到") == (redact("春节快乐"), redact("春节到"))


def test_without_words_nothing_is_hidden() -> None:
    assert "anything" == Redaction((), (), (), lambda _: True)("anything")


def test_a_record_that_comes_into_a_state_later_is_hidden_too() -> None:
    redact, state = redaction(), State()
    redact.states.append(state)
    assert "gone-sale" == redact("gone-sale")
    for name in map(CampaignName, ("gone-sale", "north-gone")):
        state.records[(name, 1)] = Record(name, 1)
    assert (ANOTHER, "north-gone") == (redact("gone-sale"), redact("north-gone"))


def test_a_command_of_another_program_names_branches_which_are_nobody_s() -> None:
    language = Language("en", redact=redaction())
    push = ShellCommand("git push origin southern")
    assert "type git push origin southern" == say(Phrase("type {line}", line=push), language)
    assert "type git push origin …" == say(Phrase("type {line}", line=str(push)), language)
