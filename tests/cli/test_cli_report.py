"""`massctl report`: without secret and network, to the terminal or into files; what is asked for and is not there."""

import csv
import json
import re
from datetime import date, timedelta

import pytest
from cli_runner import NOON, Shell
from repositories import APPID

from massctl.cli.places import Places
from massctl.ledger.statistics import LocalStatistics
from massctl.model.ids import AppId
from massctl.model.statistics import ArticleDay, JudgedCall, StatisticsCall

SENT = date(2026, 12, 1)


@pytest.fixture
def sent(shell: Shell) -> Shell:
    """Send an article in the sandbox, and keep what WeChat counted by the end of its first day."""
    shell.tree.news("letter")
    assert 0 == shell("apply", "letter", "--sandbox", "--yes").status
    lines = (
        (shell.root / ".massctl/sandbox/massctl.state.jsonl")
        .read_text(encoding="utf-8")
        .splitlines()
    )
    accepted = next(each for each in map(json.loads, lines) if each["type"] == "send_accepted")
    row = ArticleDay(
        msgid=f"{accepted['msg_data_id']}_1",
        ref_date=SENT,
        stat_date=SENT,
        seen_at=NOON + timedelta(days=1),
        read_user=7,
    )
    asked = JudgedCall(
        call=StatisticsCall.ARTICLES,
        begin_date=SENT,
        end_date=SENT,
        at=NOON + timedelta(days=1),
        outcome="done",
    )
    LocalStatistics(Places(shell.root, sandbox=True).statistics).add(AppId(APPID), [row], [], asked)
    return shell


def test_it_prints_text_and_needs_no_secret(sent: Shell):
    said = sent("report", "letter", "--sandbox")

    assert (0, "") == (said.status, said.err)
    assert "7 people read " in said.out
    assert not re.search(r"^(#|\||\*\*)", said.out, flags=re.MULTILINE)


def test_it_writes_every_form_into_a_folder(sent: Shell):
    said = sent("report", "--sandbox", "--out", "made")
    folder = sent.root / "made"

    assert 0 == said.status
    assert {"report.html", "report.md", "report.csv", "report.json"} == {
        each.name for each in folder.iterdir()
    }
    (row,) = csv.DictReader((folder / "report.csv").read_text(encoding="utf-8-sig").splitlines())
    assert ("letter", "7", "第一封信：风", "qingshan") == tuple(
        row[name] for name in ("campaign", "read_user", "headline", "theme")
    )
    assert {"1": 7} == json.loads((folder / "report.json").read_bytes())["sends"][0]["articles"][0][
        "curve"
    ]


def test_html_is_a_file_also_without_a_folder(sent: Shell):
    said = sent("report", "letter", "--sandbox", "--format", "html")

    assert (0, "report.html\n") == (said.status, said.out)
    assert "<!doctype html>" in (sent.root / "report.html").read_text(encoding="utf-8").lower()


@pytest.mark.parametrize(
    ("form", "begins"), [("csv", "campaign,edition,"), ("json", "{\n"), ("markdown", "## ")]
)
def test_it_prints_the_form_that_is_asked_for(sent: Shell, form: str, begins: str):
    assert sent("report", "--sandbox", "--format", form).out.startswith(begins)


def test_since_leaves_out_what_went_out_before(sent: Shell):
    assert (
        "Nothing was sent since 2026-12-02."
        in sent("report", "--sandbox", "--since", "2026-12-02").out
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing"], "nothing is recorded about a campaign nothing"),
        (["--since", "yesterday"], "yesterday is not a day"),
        (["--since", "2026-W49-2"], "2026-W49-2 is not a day"),
        (["--format", "pdf"], "--format accepts one of html, markdown, csv, json"),
    ],
)
def test_what_is_wrong_is_said(sent: Shell, arguments: list[str], said: str):
    ended = sent("report", "--sandbox", *arguments)

    assert 2 == ended.status
    assert said in " ".join(ended.err.split())
