"""What was learnt from a send, as campaign.yaml says it."""

from datetime import UTC, datetime

import pytest

from massctl.model.campaign import campaign_faults
from massctl.model.finding import RecordedFinding, Remarks, SendFinding
from massctl.model.ids import AccountName, AppId, CampaignName

CELLS = [{"name": "north"}, {"name": "south"}]


def faults(findings: list[object], **more: object) -> list[tuple[tuple[str | int, ...], str]]:
    found = campaign_faults({"finding": findings, **more})
    return [(each.key, str(each.message)) for each in found if each.key[:1] == ("finding",)]


def test_a_finding_is_of_an_edition_and_stands_once():
    assert faults([{"learnt": "a"}, {"edition": 2, "learnt": "b"}], edition=2) == []
    twice = [{"learnt": "a"}, {"edition": 1, "verdict": "b"}]
    assert faults(twice) == [(("finding", 1), "there is a finding of this edition already")]


def test_a_finding_is_of_no_edition_that_is_still_to_come():
    found = faults([{"edition": 99, "learnt": "a"}])
    say = "edition 99 is still to come: this campaign is at 1"
    assert found == [(("finding", 0, "edition"), say)]
    assert faults([{"edition": 3, "learnt": "a"}], edition=3) == []


@pytest.mark.parametrize("cell", [None, "west"])
def test_a_finding_of_a_matrix_names_one_of_its_cells(cell: str | None):
    said = {"learnt": "a"} if cell is None else {"learnt": "a", "cell": cell}
    assert faults([said], matrix=CELLS) == [(("finding", 0, "cell"), "there is no such cell")]
    of_each = [{"cell": "north", "learnt": "a"}, {"cell": "south", "learnt": "b"}]
    assert faults(of_each, matrix=CELLS) == []


def test_without_a_matrix_there_is_no_cell():
    say = "this campaign has no matrix, and so no cells"
    assert faults([{"cell": "north", "learnt": "a"}]) == [(("finding", 0, "cell"), say)]


def test_the_sentence_of_a_person_stands_first():
    recorded = RecordedFinding(learnt="Short titles.", verdict="Opened as usual.")
    sent = SendFinding(
        campaign=CampaignName("walks"),
        edition=1,
        title="Walks",
        account=AccountName("main"),
        appid=AppId("wx0123456789abcdef"),
        series=None,
        sent_at=datetime(2026, 10, 1, tzinfo=UTC),
        verdict=recorded.verdict,
        learnt=recorded.learnt,
    )
    assert recorded.words == sent.words == "Short titles. Opened as usual."
    assert RecordedFinding(verdict="Opened as usual.").words == "Opened as usual."


def test_a_finding_is_looked_up_by_edition_and_cell():
    north, second = (
        RecordedFinding(cell="north", learnt="a"),
        RecordedFinding(edition=2, learnt="b"),
    )
    remarks = Remarks("walks", (north, second))
    assert remarks.finding(1, "north") is north
    assert remarks.finding(2, "") is second
    assert remarks.finding(1, "") is None


def test_a_finding_has_words():
    assert faults([{}]) == [(("finding", 0), "this finding says nothing")]
    assert faults(["a"]) == []  # Its type is told already.
