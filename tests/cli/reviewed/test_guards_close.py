"""What is no file of the campaign and still decides: the clock, the kill switch, the house's hours, another send."""

import shutil

import pytest
from changes import Change, edit, write
from issue import HOME, MODES, NAME, SETTINGS, YAML, Issue, assert_nothing_left, performed, refusals


def policy(line: str) -> Change:
    """Add a line to the policy; the lines stay as they are else."""

    def change(issue: Issue) -> None:
        issue.edit("massctl.yaml", "policy:\n", f"policy:\n  {line}\n")

    return change


CLOSED: dict[str, tuple[Change, str, str]] = {
    "the kill switch": (policy("sending: disabled"), "kill_switch", "policy.sending"),
    "the kill switch of the environment": (
        lambda issue: issue.shell.env(MASSCTL_NO_SEND="1"),
        "kill_switch",
        "MASSCTL_NO_SEND",
    ),
    "quiet hours": (policy('quiet_hours: {from: "11:30", to: "12:30"}'), "quiet_hours", "12:30"),
    "a frozen day": (policy("freeze: [2026-12-01]"), "freeze", "2026-12-01"),
}


def opened_again(issue: Issue) -> None:
    """Take the change back, and see it go out once."""
    issue.put_back()
    issue.shell.monkeypatch.delenv("MASSCTL_NO_SEND", raising=False)
    if issue.mode == "plan":  # Staging used the plan up.
        issue.review()
    assert issue.apply().status == 0
    assert issue.apply().status in {0, 5}
    assert (issue.left()["jobs"], issue.left()["previews"]) == (1, 1)


@pytest.mark.parametrize(("change", "guard", "word"), CLOSED.values(), ids=CLOSED)
def test_staging_goes_on_and_nothing_is_sent(issue: Issue, change: Change, guard: str, word: str):
    change(issue)
    said = issue.apply()
    assert (said.status, performed(said)["save_draft"], issue.left()["jobs"]) == (5, 1, 0), said
    assert word in refusals(said)[guard]
    opened_again(issue)


@pytest.mark.parametrize("mode", ["plan"])
@pytest.mark.parametrize(("change", "guard", "word"), CLOSED.values(), ids=CLOSED)
def test_a_plan_made_while_sending_was_allowed_is_stale(
    issue: Issue, change: Change, guard: str, word: str
):
    change(issue)
    assert_nothing_left(issue, issue.apply(), "plan_stale", guard)
    opened_again(issue)


@pytest.mark.parametrize("mode", ["plan"])
@pytest.mark.parametrize(("change", "guard", "word"), CLOSED.values(), ids=CLOSED)
def test_a_plan_made_while_sending_was_not_allowed_never_sends(
    issue: Issue, change: Change, guard: str, word: str
):
    change(issue)
    issue.done("plan", NAME, "--sandbox", "--out", issue.plan_file)
    said = issue.apply()
    assert (said.status, issue.left()["jobs"]) == (5, 0), said
    issue.shell.monkeypatch.delenv("MASSCTL_NO_SEND", raising=False)
    write("massctl.yaml", SETTINGS.format(require_lock="false"))(issue)
    said = issue.apply()
    assert (said.status, issue.left()["jobs"]) == (5, 0), said


@pytest.mark.parametrize("word", ["0", "false", "no", "off", ""])
def test_a_kill_switch_that_is_off(issue: Issue, word: str):
    issue.shell.env(MASSCTL_NO_SEND=word)
    assert (issue.apply().status, issue.left()["jobs"]) == (0, 1)


@pytest.mark.parametrize("word", ["1", "true", "yes", "on", "please", " "])
def test_a_kill_switch_that_is_on(issue: Issue, word: str):
    issue.shell.env(MASSCTL_NO_SEND=word)
    assert (issue.apply().status, issue.left()["jobs"]) == (5, 0)


@pytest.mark.parametrize("mode", MODES)
def test_after_its_window_it_is_never_sent(issue: Issue):
    issue.shell.control("advance", {"seconds": 3 * 3600})
    guard, word = ("plan_stale", "window") if issue.mode == "plan" else ("expired", "13:00")
    assert_nothing_left(issue, issue.apply(), guard, word)


def test_staged_before_and_expired_after(issue: Issue):
    assert issue.apply("--until", "preview").status == 0
    issue.shell.control("advance", {"seconds": 3 * 3600})
    said = issue.apply()
    assert (said.status, list(refusals(said)), issue.left()["jobs"]) == (5, ["expired"], 0)


@pytest.mark.parametrize("mode", ["policy", "flag"])
def test_before_its_window_it_is_staged_and_not_sent(issue: Issue):
    edit(YAML, "T11:00:00", "T12:30:00")(issue)
    issue.done("lock")
    locked = ["--locked"] if issue.mode == "flag" else []
    said = issue.shell("apply", "--sandbox", "--yes", "--format", "json", *locked)
    assert (said.status, issue.left()["drafts"], issue.left()["jobs"]) == (0, 1, 0)
    issue.shell.control("advance", {"seconds": 3600})
    said = issue.shell("apply", "--sandbox", "--yes", "--format", "json", *locked)
    assert (said.status, issue.left()["drafts"], issue.left()["jobs"]) == (0, 1, 1)


def copied(issue: Issue, name: str = "letter-2") -> None:
    shutil.copytree(issue.shell.root / HOME, issue.shell.root / f"campaigns/{name}")


def test_a_folder_under_another_name_is_not_what_was_locked(issue: Issue):
    (issue.shell.root / HOME).rename(issue.shell.root / "campaigns/letter-2")
    said = issue.shell("apply", "letter-2", "--sandbox", "--yes", "--format", "json")
    assert (said.status, issue.requests()) == (5, 0)
    assert "locked as letter" in refusals(said, "letter-2")["lock_stale"]
    assert issue.shell("apply", "letter", "--sandbox", "--yes").status == 2


def test_a_copied_folder_is_not_what_was_locked(issue: Issue):
    copied(issue)
    said = issue.shell("apply", "--sandbox", "--yes", "--format", "json")
    assert (said.status, issue.left()["jobs"], issue.left()["drafts"]) == (5, 1, 1), said
    assert "locked as letter" in refusals(said, "letter-2")["lock_stale"]


@pytest.mark.parametrize("mode", ["policy", "flag", "plan"])
def test_a_copy_that_was_locked_too_is_the_same_content(issue: Issue):
    copied(issue)
    issue.done("lock")
    how = {"policy": (), "flag": ("--locked",), "plan": ("--plan", issue.plan_file)}[issue.mode]
    if issue.mode == "plan":
        issue.done("plan", "--sandbox", "--out", issue.plan_file)
    said = issue.shell("apply", *how, "--sandbox", "--yes", "--format", "json")
    assert (said.status, issue.left()["jobs"]) == (5, 1), said
    assert "letter sends the same message" in refusals(said, "letter-2")["same_content"]
    assert (issue.shell("apply", "--sandbox", "--yes").status, issue.left()["jobs"]) == (5, 1)


def test_the_same_content_goes_out_where_the_campaign_allows_it(issue: Issue):
    copied(issue)
    edit("campaigns/letter-2/campaign.yaml", "preview:", "  same_content: allow\npreview:")(issue)
    issue.done("lock")
    assert (issue.shell("apply", "--sandbox", "--yes").status, issue.left()["jobs"]) == (0, 2)


def test_a_locked_campaign_edited_after_its_send(issue: Issue):
    assert issue.apply().status == 0
    edit(f"{HOME}/articles/card.html", "正面", "背面")(issue)
    said = issue.apply()
    assert (said.status, list(refusals(said)), issue.left()["jobs"]) == (
        5,
        ["edited_after_send"],
        1,
    )
