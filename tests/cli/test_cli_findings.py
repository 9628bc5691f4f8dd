"""What was learnt: from the report into campaign.yaml, from there to the next letter; and what came of links."""

import gc
import json
from errno import ENOSPC
from os import strerror
from pathlib import Path

import pytest
from cli_runner import Shell

from massctl.whole_file import write_whole

LETTERS = 5
"""The fifth has four before it, which a verdict takes."""
TRACKED = 'track: {utm_campaign: "{{ campaign.name }}"}\n'
SITES = "own_sites: {hosts: [shop.cn]}\n"
MARKUP = "<b>@all</b> `x` ${{ secrets.A }}"


def file_of(shell: Shell, name: str) -> Path:
    return shell.root / "campaigns" / name / "campaign.yaml"


def send_letter(shell: Shell, number: int) -> None:
    name = f"letter-{number}"
    shell.tree.news(name)
    file = file_of(shell, name)
    text = file.read_text(encoding="utf-8").replace(
        "content:", f"content_source_url: https://shop.cn/{number}\n      content:"
    )
    file.write_text(text + TRACKED, encoding="utf-8")
    assert 0 == shell("lock", name, "--sandbox").status
    assert 0 == shell("apply", name, "--sandbox", "--yes").status
    assert 0 == shell("sandbox", "advance", "9").status


@pytest.fixture
def letters(shell: Shell) -> Shell:
    """Send five letters in the sandbox, nine days apart, and collect what WeChat counted."""
    settings = shell.root / "massctl.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + SITES, encoding="utf-8")
    for number in range(LETTERS):
        send_letter(shell, number)
    assert 0 == shell("status", "--statistics", "--sandbox").status
    return shell


def test_a_finding_is_recorded_and_disturbs_nothing(letters: Shell):
    file = file_of(letters, "letter-4")
    before, lock = file.read_bytes(), (file.parent / "campaign.lock.json").read_bytes()
    said = letters("report", "letter-4", "--sandbox", "--record")
    assert (0, "campaigns/letter-4/campaign.yaml has the finding") == (
        said.status,
        said.out.strip() or said.err.splitlines()[0],
    )
    recorded = file.read_bytes()
    assert recorded.startswith(before + b"finding:\n  - edition: 1\n    verdict: ")
    assert "by the end of day 7" in recorded.decode()
    assert "4 sends" in recorded.decode()
    file.write_bytes(b"series: walks\n" + recorded)

    assert 0 == letters("lock", "letter-4", "--sandbox", "--check").status
    assert lock == (file.parent / "campaign.lock.json").read_bytes()
    plan = json.loads(letters("plan", "--sandbox", "--format", "json").out)
    assert {"sent"} == {each["status"] for each in plan["campaigns"]}
    assert [] == [step for each in plan["campaigns"] for step in each["steps"] + each["refusals"]]
    done = letters("apply", "letter-4", "--sandbox", "--yes")
    assert 0 == done.status
    assert "sent 1" not in done.out


def test_it_is_recorded_anew_beside_a_persons_sentence(letters: Shell):
    file = file_of(letters, "letter-4")
    assert 0 == letters("report", "letter-4", "--sandbox", "--record").status
    text = file.read_text(encoding="utf-8")
    own = text.replace("    verdict:", "    learnt: Evenings. # ours\n    verdict:")
    file.write_text(own.replace("by the end of day 7", "long ago"), encoding="utf-8")
    assert 0 == letters("report", "letter-4", "--sandbox", "--record").status
    assert own == file.read_text(encoding="utf-8")
    again = letters("report", "letter-4", "--sandbox", "--record")
    assert "the finding is as it was recorded" in again.out + again.err


def test_a_letter_with_too_few_before_it_is_refused(letters: Shell):
    before = [file_of(letters, name).read_bytes() for name in ("letter-3", "letter-4")]
    said = letters("report", "letter-4", "letter-3", "--sandbox", "--record")
    assert 5 == said.status
    assert "there is no verdict of letter-3 to record yet" in said.err
    assert "too few" in said.err
    assert before == [file_of(letters, name).read_bytes() for name in ("letter-3", "letter-4")]
    assert 2 == letters("report", "--sandbox", "--record").status
    none = letters("report", "letter-4", "--sandbox", "--record", "--since", "2030-01-01")
    assert 5 == none.status
    assert "no send of letter-4 is shown" in none.err


def test_a_file_that_cannot_be_written_so_says_what_to_write(letters: Shell):
    file = file_of(letters, "letter-4")
    file.write_text(file.read_text(encoding="utf-8") + '"finding": []\n', encoding="utf-8")
    said = letters("report", "letter-4", "--sandbox", "--record")
    assert 2 == said.status
    assert "`- verdict: " in said.err


def test_a_file_that_cannot_be_written_leaves_the_ones_before_it_named(
    letters: Shell, monkeypatch: pytest.MonkeyPatch
):
    send_letter(letters, 5)
    assert 0 == letters("status", "--statistics", "--sandbox").status
    before = [file_of(letters, name).read_bytes() for name in ("letter-4", "letter-5")]

    def full(target: Path, data: bytes, mode: int) -> None:
        if target == file_of(letters, "letter-4").resolve():
            raise OSError(ENOSPC, strerror(ENOSPC))
        write_whole(target, data, mode)

    monkeypatch.setattr("massctl.cli.findings.write_whole", full)
    said = letters("report", "letter-4", "letter-5", "--sandbox", "--record")
    assert 2 == said.status
    assert "campaigns/letter-4/campaign.yaml cannot be written" in said.err
    assert "Written before: campaigns/letter-5/campaign.yaml" in said.err
    after = [file_of(letters, name).read_bytes() for name in ("letter-4", "letter-5")]
    assert before[0] == after[0]
    assert before[1] != after[1]


@pytest.mark.parametrize(
    "given",
    [
        ("findings", "--record"),
        ("findings", "--out", "made"),
        ("findings", "--outcomes", "orders.csv"),
        ("findings", "--since", "2026-12-01"),
        ("letter", "--record", "--out", "made"),
        ("letter", "--record", "--outcomes", "orders.csv"),
        ("letter", "--record", "--format", "html"),
        ("letter", "--record", "--format", "csv"),
    ],
)
def test_a_flag_that_would_do_nothing_is_refused(shell: Shell, given: tuple[str, ...]):
    said = shell("report", *given, "--sandbox")
    assert 2 == said.status
    if "csv" in given or "html" in given:
        assert f"the findings have no form {given[-1]}" in said.err
    else:
        flag = given[2] if "letter" in given else given[1]
        assert f"{flag} has no effect" in said.err


def test_a_campaign_called_findings_is_named_twice(shell: Shell):
    shell.tree.news("findings")
    assert 0 == shell("lock", "findings", "--sandbox").status
    assert 0 == shell("apply", "findings", "--sandbox", "--yes").status
    listed = shell("report", "findings", "--sandbox")
    assert 0 == listed.status
    assert "findings findings` shows the campaign" in listed.err
    (sent,) = json.loads(
        shell("report", "findings", "findings", "--sandbox", "--format", "json").out
    )["sends"]
    assert "findings" == sent["campaign"]


def test_the_next_letter_quotes_what_was_learnt(letters: Shell):
    for number in range(LETTERS):
        file = file_of(letters, f"letter-{number}")
        learnt = f'finding:\n  - learnt: "{number}: {MARKUP}"\n'
        file.write_text(file.read_text(encoding="utf-8") + learnt, encoding="utf-8")
    said = letters("new", "next", "--from", "letter-4", "--window", "none", "--sandbox")
    made = file_of(letters, "next").read_text(encoding="utf-8")
    quoted = [line for line in made.splitlines() if line.startswith("# > ")]
    assert [f"# >   {number}: {MARKUP}" for number in (4, 3, 2)] == quoted[2::2]
    assert "finding:" not in made
    assert MARKUP in said.err
    assert 0 == letters("validate", "next").status
    assert 0 == letters("new", "later", "--from", "next", "--window", "none", "--sandbox").status
    assert made.count("# > ") == file_of(letters, "later").read_text(encoding="utf-8").count("# > ")

    listed = letters("report", "findings", "--sandbox", "--format", "json")
    found = json.loads(listed.out)["findings"]
    assert [f"letter-{number}" for number in (4, 3, 2, 1, 0)] == [
        each["campaign"] for each in found
    ]
    assert 5 == letters("report", "findings", "--sandbox").out.count(MARKUP)
    markdown = letters("report", "findings", "--sandbox", "--format", "markdown").out
    assert "`<b>@all</b>`" in markdown
    assert 2 == letters("report", "findings", "--sandbox", "--format", "csv").status


def test_a_series_has_its_letters_in_order(letters: Shell):
    for number in (1, 3):
        file = file_of(letters, f"letter-{number}")
        file.write_text("series: walks\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    text = letters("report", "--series", "walks", "--sandbox").out
    assert text.index("letter-1") < text.index("letter-3")
    assert "letter-2" not in text
    made = json.loads(letters("report", "--series", "walks", "--sandbox", "--format", "json").out)
    assert ("walks", 2) == (made["series"], len(made["sends"]))
    assert 2 == letters("report", "--series", "none", "--sandbox").status
    assert 0 == letters("report", "--series", "walks", "--sandbox", "--format", "html").status
    assert "The series walks" in (letters.root / "report.html").read_text(encoding="utf-8")


def test_outcomes_stand_in_every_form(letters: Shell):
    (letters.root / "orders.csv").write_text(
        "date,utm_campaign,outcome,count,amount,openid\n"
        "2026/1/1,letter-4,orders,1,1,oSECRET\n"
        "x,letter-4,orders,1,1,oSECRET\n"
        "2026/1/1,other,orders,1,1,oSECRET\n",
        encoding="utf-8",
    )
    report = json.loads(letters("report", "letter-4", "--sandbox", "--format", "json").out)
    day = report["sends"][0]["ref_date"]
    rows = (letters.root / "orders.csv").read_text(encoding="utf-8")
    rows += f"{day},letter-4,orders,2,0.5,oSECRET\n"
    (letters.root / "orders.csv").write_text(rows, encoding="utf-8")
    given = ("report", "letter-4", "--sandbox", "--outcomes", str(letters.root / "orders.csv"))
    said = letters(*given)
    assert "What came of its links" in said.out
    assert "orders.csv:3: warning MC504" in said.err
    assert "1 of 4 rows were matched to a send" in said.err
    made = letters(*given, "--format", "json").out
    (outcome,) = json.loads(made)["sends"][0]["outcomes"]
    assert [2, 2, 2, None] == [each["value"] for each in outcome["counts"]]
    csv = letters(*given, "--format", "csv").out
    assert "orders=2" in csv
    assert 0 == letters(*given, "--out", "made").status
    page = (letters.root / "made/report.html").read_text(encoding="utf-8")
    assert "What came of its links" in page
    assert "oSECRET" not in said.out + said.err + made + csv + page


STEERING = "\x1b]0;x\x07\x1b[2J\u202e"


def test_what_was_learnt_steers_no_terminal_and_no_page(letters: Shell):
    file = file_of(letters, "letter-4")
    learnt = 'series: walks\nfinding:\n  - learnt: "a\\e]0;x\\a\\e[2J\\u202eb"\n'
    file.write_text(file.read_text(encoding="utf-8") + learnt, encoding="utf-8")
    listed = letters("report", "findings", "--sandbox").out
    begun = letters("new", "next", "--from", "letter-4", "--window", "none", "--sandbox")
    quoted = file_of(letters, "next").read_text(encoding="utf-8")
    assert 0 == letters("report", "letter-4", "--sandbox", "--format", "html").status
    alone = (letters.root / "report.html").read_text(encoding="utf-8")
    assert 0 == letters("report", "--series", "walks", "--sandbox", "--format", "html").status
    series = (letters.root / "report.html").read_text(encoding="utf-8")
    for shown in (listed, begun.out + begun.err, quoted, alone, series):
        assert "a\\x1b]0;x\\x07\\x1b[2J\\u202eb" in shown
        assert not set(STEERING[:1] + STEERING[-1:]) & set(shown)


def test_a_series_without_a_name_is_refused(shell: Shell):
    for names in (("findings",), ()):
        said = shell("report", *names, "--series", "", "--sandbox")
        assert 2 == said.status
        assert "is not the name of a series" in said.err


def test_a_record_that_fails_has_the_document_of_findings(letters: Shell):
    said = letters("report", "letter-3", "--sandbox", "--record", "--format", "json")
    document = json.loads(said.out)
    assert 5 == said.status
    assert ([], []) == (document["findings"], document["files"])
    assert document["error"]


def test_a_report_leaves_the_collection_of_garbage_as_it_was(letters: Shell) -> None:
    assert letters("report").status == 0
    assert gc.isenabled()
