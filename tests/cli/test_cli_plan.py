"""`massctl plan`, as people see it and as programs read it."""

import sys

import pytest
from cli_runner import NOON, Shell
from icalendar import Calendar
from repositories import window
from syrupy.assertion import SnapshotAssertion

from massctl.plan.steps import Kind

PLAN_KEYS = {
    "people",
    "format_version",
    "digest",
    "lineage",
    "serial",
    "names",
    "owners",
    "accounts",
    "groups",
    "campaigns",
    "allowance",
    "summary",
}
CAMPAIGN_KEYS = {
    "people",
    "name",
    "folder",
    "group",
    "inherited",
    "account",
    "edition",
    "status",
    "window",
    "next_at",
    "digest",
    "handoff",
    "reading",
    "destinations",
    "unscanned",
    "approvals",
    "steps",
    "refusals",
    "diagnostics",
    "approved",
    "title",
    "audience_count",
    "audience_before",
    "tag_due",
    "awaiting_until",
}
TONIGHT = window("2026-12-01T20:00:00+08:00", "2026-12-01T22:00:00+08:00")
AT_NOON = window("2026-12-01T11:00:00+08:00", "2026-12-01T13:00:00+08:00")


@pytest.fixture
def first(shell: Shell) -> Shell:
    """A first campaign that is due, one that waits, and one with a fault."""
    shell.tree.news("letter", more=AT_NOON + "preview:\n  towxname: [editor_lin]\n")
    shell.tree.text("notice", more=TONIGHT)
    shell.tree.text("broken", more="surprise: 1\n")
    return shell


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("columns", [60, 100])
def test_the_plan_of_a_first_campaign(
    first: Shell, snapshot: SnapshotAssertion, columns: int, language: str
):
    first.tree.settings(language=language)
    first.env(NO_COLOR="1")
    said = first("plan", columns=columns)
    assert snapshot == first.scrub(said.out)
    assert said.err.startswith("massctl apply   ")


@pytest.mark.parametrize("columns", [60, 100])
def test_no_line_of_a_plan_is_wider_than_the_window(first: Shell, columns: int):
    first.env(NO_COLOR="1")
    lines = first("plan", columns=columns).out.splitlines()
    # A Chinese character takes two columns.
    widths = {sum(2 if "\u2e80" <= c <= "\uffff" else 1 for c in line) for line in lines}
    assert max(widths) <= columns


def test_the_document_has_the_keys_of_the_interface(first: Shell):
    document = first("plan", "--format", "json").document
    assert PLAN_KEYS == set(document)
    assert [CAMPAIGN_KEYS] * 3 == [set(campaign) for campaign in document["campaigns"]]
    assert {kind.value for kind in Kind} == set(document["summary"])


def test_a_step_has_kind_address_reason_and_reversible(first: Shell):
    campaigns = {c["name"]: c for c in first("plan", "--format", "json").document["campaigns"]}
    steps = campaigns["letter"]["steps"]
    assert [
        ("add_material", "new", True),
        ("upload_image", "new", True),
        ("save_draft", "new", True),
        ("send_preview", "new", False),
        ("send_mass", "due", False),
    ] == [(step["kind"], step["reason"], step["reversible"]) for step in steps]
    assert ["letter/draft", "letter/preview/1", "letter/send"] == [
        step["address"] for step in steps[2:]
    ]
    assert {"kind", "address", "reason", "reversible"} == set(steps[0])


def test_a_refusal_has_guard_message_and_hint(shell: Shell):
    shell.tree.text()
    (campaign,) = shell("plan", "--format", "json").document["campaigns"]
    assert ["not_named"] == [refusal["guard"] for refusal in campaign["refusals"]]
    assert {"guard", "message", "hint"} == set(campaign["refusals"][0])


def test_without_a_ledger_the_lineage_is_null_and_the_serial_0(first: Shell):
    document = first("plan", "--format", "json").document
    assert (None, 0) == (document["lineage"], document["serial"])


def test_campaigns_stand_in_the_order_of_their_windows_then_names(shell: Shell):
    shell.tree.text("zebra", content="一", more=AT_NOON)
    shell.tree.text("apple", content="二", more=TONIGHT)
    shell.tree.text("melon", content="三")
    shell.tree.text("cherry", content="四")
    document = shell("plan", "--format", "json").document
    assert ["zebra", "apple", "cherry", "melon"] == [
        campaign["name"] for campaign in document["campaigns"]
    ]


def test_codes_and_digest_do_not_change_with_the_language(first: Shell):
    english = first("plan", "--format", "json").document
    first.tree.settings(language="zh")
    chinese = first("plan", "--format", "json").document
    assert english["digest"] == chinese["digest"]
    assert [c["steps"] for c in english["campaigns"]] == [c["steps"] for c in chinese["campaigns"]]


def test_a_plan_changes_nothing(first: Shell):
    before = {path: path.read_bytes() for path in first.root.rglob("*") if path.is_file()}
    first("plan")
    after = {path: path.read_bytes() for path in first.root.rglob("*") if path.is_file()}
    cache = {path for path in after if ".massctl" in path.parts}
    assert before == {path: data for path, data in after.items() if path not in cache}


def test_a_terminal_gets_colours_and_a_file_none(first: Shell):
    assert "\x1b[" in first("plan", columns=100).out
    assert "\x1b[" not in first("plan").out


def test_no_color_is_honoured(first: Shell):
    first.env(NO_COLOR="1")
    assert "\x1b[" not in first("plan", columns=100).out


def test_an_empty_no_color_is_none(first: Shell):
    first.env(NO_COLOR="")
    assert "\x1b[" in first("plan", columns=100).out


def test_a_window_that_opens_later_shows_when(shell: Shell):
    shell.tree.text(more=TONIGHT)
    (campaign,) = shell("plan", "--format", "json").document["campaigns"]
    assert ("waiting", "2026-12-01T20:00:00+08:00") == (campaign["window"], campaign["next_at"])


def test_the_sandbox_runs_at_the_opening_of_a_named_window(shell: Shell):
    shell.tree.text(more=TONIGHT)
    named = shell("plan", "notice", "--sandbox", "--format", "json").document["campaigns"]
    assert ["due"] == [campaign["window"] for campaign in named]


def test_the_sandbox_runs_at_this_hour_where_no_campaign_is_named(shell: Shell):
    shell.tree.text(more=TONIGHT)
    campaigns = shell("plan", "--sandbox", "--format", "json").document["campaigns"]
    assert ["waiting"] == [campaign["window"] for campaign in campaigns]
    assert NOON.isoformat() == "2026-12-01T04:00:00+00:00"


def test_a_plan_as_markdown(shell: Shell):
    shell.tree.news("letter", title="@all <b>春</b>")
    said = shell("plan", "--format", "markdown")
    assert (0, "") == (said.status, said.err)
    assert said.out.startswith("<!-- massctl:plan -->\n## massctl plan\n")
    assert "<code>letter</code>" in said.out
    assert "`@all` `<b>`春`</b>`" in said.out


def test_a_calendar_has_windows_and_sends_with_lasting_ids(shell: Shell):
    shell.tree.news("letter", more=TONIGHT)
    shell.tree.text("notice", more=window("2026-12-25T20:00:00+08:00", "2026-12-25T21:00:00+08:00"))
    assert 0 == shell("apply", "notice", "--sandbox", "--yes").status
    said = shell("plan", "--sandbox", "--format", "ics")
    found = {
        str(each["uid"]).split("@")[0]: each for each in Calendar.from_ical(said.out).walk("VEVENT")
    }
    assert (0, {"letter-1", "notice-1"}) == (said.status, found.keys())
    letter, notice = found["letter-1"], found["notice-1"]
    assert ("TENTATIVE", "CONFIRMED") == (letter["status"], notice["status"])
    assert "2026-12-25T12:00" == f"{notice['dtstart'].dt:%Y-%m-%dT%H:%M}"
    # Its window is over: the sandbox's clock is at the other's.
    assert f"⚠ {letter['summary']}".count("⚠") == 2
    assert "closed" in str(letter["description"])


def test_a_calendar_without_its_extra_says_what_to_install(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "icalendar", None)
    shell.tree.text("notice")
    said = shell("plan", "--format", "ics")
    assert (2, True) == (said.status, "massctl[calendar]" in said.err)
