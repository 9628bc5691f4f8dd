"""What a campaign.yaml says about its send: found, no content, and written without touching other bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from massctl.model.finding import RecordedFinding, Remarks
from massctl.model.ids import CampaignName
from massctl.source.remark_blocks import without_remarks
from massctl.source.remarks import read_remarks, remarks_of, with_verdict
from massctl.source.repository import Repository

FILE = "campaigns/spring/campaign.yaml"
SPRING = CampaignName("spring")
LETTER = """version: 1   # the format
title: "Spring: series: walks"
account: main
audience: {is_to_all: true}
text:
  content: |
    finding: none
    series: of words

    - a list
"""
FOUND = """finding:
  # by hand
  - edition: 2
    learnt: Evenings   # mine

    verdict: 'Old'

  - learnt: First
"""


def verdict(
    text: str, edition: int = 1, cell: str = "", said: str = "7,281 read it: “fine”"
) -> str:
    made = with_verdict(text.encode(), FILE, edition, cell, said)
    assert made is not None
    return made.decode()


def of(**keys: object) -> RecordedFinding:
    return RecordedFinding.model_validate(keys)


@pytest.mark.parametrize(
    "remark",
    [
        "series: walks\n",
        "series: walks  # ours\n",
        FOUND,
        "finding:\n- learnt: at the margin\n# between\n- learnt: x\n  verdict: y\n",
        'finding: [{learnt: "flow\n  on two lines"}]\n',
        "finding:\n  - verdict: >\n      folded\n\n      text\n",
        "finding: []\n",
        "finding:\n",
    ],
)
@pytest.mark.parametrize("place", [0, 1, 3, 10])
def test_remarks_anywhere_are_no_content(remark: str, place: int):
    lines = LETTER.splitlines(keepends=True)
    whole = "".join([*lines[:place], remark, *lines[place:]]).encode()
    assert LETTER.encode() == without_remarks(whole)
    assert LETTER.encode() == without_remarks(whole.replace(b"\n", b"\r\n"))


@pytest.mark.parametrize(
    "text",
    [
        LETTER,
        "# series: walks\n",
        "  series: walks\n",
        "series:walks\n",
        '"series": walks\n',
        "findings: x\n",
        "{version: 1, series: walks}",
        "a: 1\nseries: walks".replace("series", "Series"),
    ],
)
def test_everything_else_is_content(text: str):
    assert text.encode() == without_remarks(text.encode())


def test_a_comment_and_an_empty_line_behind_a_remark_belong_to_what_follows():
    assert b"a: 1\n\n# of b\nb: 2\n" == without_remarks(b"a: 1\nseries: walks\n\n# of b\nb: 2\n")


def test_bytes_that_are_no_text_stay():
    assert b"\xff\n" == without_remarks(b"\xff\nseries: walks\n")


def test_what_it_says_is_read_without_the_rest_of_the_file():
    text = "version: [broken\nseries: walks\n" + FOUND
    found = Remarks("walks", (of(edition=2, learnt="Evenings", verdict="Old"), of(learnt="First")))
    assert found == read_remarks(text.encode())
    assert of(learnt="First") == found.finding(1, "")
    assert found.finding(1, "north") is None


@pytest.mark.parametrize(
    "wrong", ["finding: words\n", "finding: [{what: x}]\n", "finding: [\n", "finding: 7\n"]
)
def test_findings_with_faults_are_none(wrong: str):
    assert Remarks() == read_remarks(wrong.encode())


def test_a_verdict_goes_to_the_end_of_a_file_and_is_the_only_change():
    made = verdict(LETTER)
    assert made.startswith(LETTER)
    assert 'finding:\n  - edition: 1\n    verdict: "7,281 read it: “fine”"\n' == made[len(LETTER) :]


def test_a_file_without_a_line_end_stays_one():
    made = verdict("version: 1\naccount: main")
    assert not made.endswith("\n")
    assert b"version: 1\naccount: main" == without_remarks(made.encode())


def test_a_verdict_is_written_anew_and_a_persons_sentence_and_comments_stay():
    made = verdict(FOUND + LETTER, 2, said="New")
    assert FOUND.replace("'Old'", '"New"') + LETTER == made
    assert made == verdict(made, 2, said="New")


def test_an_edition_and_a_cell_get_their_own():
    text = LETTER.replace("account: main", "matrix: [{name: north, account: main}]")
    both = verdict(verdict(text, 1, "north", "a"), 2, "north", "b")
    found = (of(edition=1, cell="north", verdict="a"), of(edition=2, cell="north", verdict="b"))
    assert found == read_remarks(both.encode()).findings


def test_line_ends_of_windows_stay():
    made = verdict(LETTER.replace("\n", "\r\n"))
    assert made.count("\n") == made.count("\r\n")


@pytest.mark.parametrize(
    "text",
    [
        "{version: 1, account: main}",
        LETTER + "...\n",
        LETTER + "finding: {a: 1}\n",
        LETTER + "finding: [a]\n",
        "series: walks\n" + LETTER + "finding: []\nfinding: []\n",
        LETTER + '"finding": []\n',
        LETTER.rstrip("\n"),
        "version: [\n",
        LETTER + "a\r\n",
        LETTER.replace("\n", "\r"),
    ],
)
def test_a_file_that_cannot_be_written_so_is_left_alone(text: str):
    assert with_verdict(text.encode(), FILE, 1, "", "words") is None


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Cn", "Co"))))
def test_any_words_are_read_back_as_they_were_written(words: str):
    made = with_verdict(LETTER.encode(), FILE, 1, "", f"x {words}")
    assert made is not None
    assert (of(edition=1, verdict=" ".join(f"x {words}".split())),) == read_remarks(made).findings
    assert LETTER.encode() == without_remarks(made)


def test_a_finding_and_a_series_are_no_content_of_the_folder(repository: Repository):
    file = repository.root / FILE
    file.write_text(LETTER, encoding="utf-8")
    before = repository.folder_digest(SPRING)
    file.write_text("series: walks\n" + verdict(LETTER), encoding="utf-8")
    (repository.root / "campaigns/spring/articles").mkdir(exist_ok=True)
    assert before == Repository(repository.root).folder_digest(SPRING)
    file.write_text(LETTER.replace("main", "other"), encoding="utf-8")
    assert before != Repository(repository.root).folder_digest(SPRING)
    other = repository.root / "campaigns/spring/notes.yaml"
    other.write_text("series: walks\n")
    file.write_text(LETTER, encoding="utf-8")
    with_other = Repository(repository.root).folder_digest(SPRING)
    other.write_text("series: runs\n")
    assert with_other != Repository(repository.root).folder_digest(SPRING)


def test_a_series_may_stand_in_the_defaults_above(repository: Repository):
    (repository.root / FILE).write_text(LETTER, encoding="utf-8")
    (repository.root / "campaigns/_defaults.yaml").write_text("series: walks\n")
    assert "walks" == remarks_of(repository, SPRING, None).series
    (repository.root / FILE).write_text("series: runs\n" + LETTER, encoding="utf-8")
    assert "runs" == remarks_of(Repository(repository.root), SPRING, None).series
    assert Remarks() == remarks_of(repository, CampaignName("gone"), None)
