"""`massctl preview`, and what asks for previews or runs out of them, as people type and read it."""

from typing import Any

import pytest
from cli_runner import NOON, SENDALL, Shell, lost
from repositories import window
from said import Said
from syrupy.assertion import SnapshotAssertion

from massctl.ledger.process_lock import sole_runner

PREVIEW = "message/mass/preview"
REVIEWERS = "preview:\n  towxname: [editor_lin, editor_mei]\n"
OPENID = "oLINopenid0123456789abcdefgh"
DUE = window("2026-12-01T11:00:00+08:00", "2026-12-01T13:00:00+08:00")
PAST = window("2026-11-30T11:00:00+08:00", "2026-11-30T13:00:00+08:00")
ASKED = "  require_preview: true\n"


def preview(shell: Shell, *more: str) -> Said:
    return shell("preview", "letter", *more, "--sandbox", "--format", "json")


def apply(shell: Shell, *more: str) -> Said:
    return shell("apply", "letter", *more, "--sandbox", "--format", "json")


def shown(said: Said) -> list[tuple[str, str]]:
    (campaign,) = said.document["campaigns"]
    steps = campaign["performed"]
    return [(step["address"], step["reason"]) for step in steps if step["kind"] == "send_preview"]


def guards(said: Said) -> list[str]:
    return [
        refusal["guard"]
        for campaign in said.document["campaigns"]
        for refusal in campaign["refusals"]
    ]


def phones(shell: Shell) -> list[str]:
    return [row["recipient"] for row in shell.report()["previews"]]


@pytest.fixture
def letter(shell: Shell) -> Shell:
    """A repository with a news campaign that two people are to see."""
    shell.tree.news("letter", more=REVIEWERS)
    return shell


# Who sees it


def test_it_stages_shows_and_does_not_send(letter: Shell):
    said = preview(letter)
    assert (0, [("letter/preview/1", "new"), ("letter/preview/2", "new")]) == (
        said.status,
        shown(said),
    )
    assert {"editor_lin", "editor_mei"} == {*phones(letter)}
    assert [] == letter.report()["jobs"]
    assert "previewed" == said.document["campaigns"][0]["status"]


def test_it_shows_the_same_version_again(letter: Shell):
    preview(letter)
    said = preview(letter)
    assert [("letter/preview/1", "resubmit"), ("letter/preview/2", "resubmit")] == shown(said)
    assert 4 == len(phones(letter))


def test_it_repeats_what_nobody_knows_to_have_arrived(letter: Shell):
    letter.faults(lost(PREVIEW))
    assert 0 == preview(letter, "--towxname", "editor_lin").status
    assert [("letter/preview/1", "resubmit")] == shown(preview(letter, "--towxname", "editor_lin"))


def test_only_those_who_were_named_see_it(letter: Shell):
    said = preview(letter, "--towxname", "boss", "--towxname", "editor_mei", "--touser", OPENID)
    assert [
        ("letter/preview/1", "new"),
        ("letter/preview/2", "new"),
        ("letter/preview/3", "new"),
    ] == shown(said)
    assert ["boss", "editor_mei", "oLI…gh"] == sorted(phones(letter))


def test_an_openid_is_told_to_nobody(letter: Shell):
    said = letter("preview", "letter", "--touser", OPENID, "--sandbox")
    ledger = letter.tree.read(".massctl/sandbox/massctl.state.jsonl")
    listed = letter("state", "list", "--sandbox").out
    assert (0, []) == (
        said.status,
        [text for text in (said.out, said.err, ledger, listed) if OPENID in text],
    )


@pytest.mark.parametrize("given", [OPENID + "_not_one", "not_a_follower"])
def test_an_openid_that_wechat_refuses_is_told_to_nobody(letter: Shell, given: str):
    said = letter("preview", "letter", "--touser", given + "x", "--sandbox")
    ledger = letter.tree.read(".massctl/sandbox/massctl.state.jsonl")
    assert [] == [text for text in (said.out, said.err, ledger) if given in text]


@pytest.mark.parametrize(("name", "errcode"), [("not_a_follower", 43004), ("bad_name", 40132)])
def test_a_name_that_wechat_refuses_is_an_error(letter: Shell, name: str, errcode: int):
    said = preview(letter, "--towxname", name)
    assert (1, errcode) == (said.status, said.document["campaigns"][0]["error"]["errcode"])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_in_words(letter: Shell, snapshot: SnapshotAssertion, language: str):
    letter.tree.settings(language=language)
    preview(letter)
    said = letter("preview", "letter", "--sandbox")
    assert (0, snapshot) == (said.status, letter.scrub(said.out))


# What refuses it


def test_nobody_to_show_it_to_is_wrong_usage(shell: Shell, snapshot: SnapshotAssertion):
    shell.tree.news("letter")
    said = shell("preview", "letter", "--sandbox")
    assert (2, "", snapshot) == (said.status, said.out, said.err)
    assert {} == shell.report()["calls"]


def test_what_went_out_is_wrong_usage(letter: Shell, snapshot: SnapshotAssertion):
    assert 0 == apply(letter, "--yes").status
    before = letter.report()["calls"]
    said = letter("preview", "letter", "--sandbox")
    assert (2, "", snapshot) == (said.status, said.out, said.err)
    assert before == letter.report()["calls"]


def test_an_open_attempt_is_refused(letter: Shell):
    letter.faults(lost(SENDALL, "busy", times=2))
    assert 4 == apply(letter, "--yes").status
    before = letter.report()["calls"]
    said = preview(letter)
    assert (4, ["account_in_doubt"], []) == (said.status, guards(said), shown(said))
    assert before == letter.report()["calls"]


def test_a_closed_window_is_refused_as_apply_refuses_it(shell: Shell):
    """The sandbox lets it be the opening of a window that is named, so here it is already later."""
    shell.tree.text("notice")
    assert 0 == shell("apply", "notice", "--sandbox", "--yes").status
    shell.tree.news("letter", more=REVIEWERS + PAST)
    said = preview(shell)
    assert (5, ["expired"], []) == (said.status, guards(said), phones(shell))


def test_another_runner_is_refused(letter: Shell):
    with sole_runner(letter.root / ".massctl/sandbox/locks", NOON):
        said = preview(letter)
    assert (5, ["other_runner"]) == (said.status, guards(said))


def test_faults_of_the_campaign_are_a_failure(shell: Shell):
    shell.tree.news("letter", more=REVIEWERS + "surprise: 1\n")
    assert 1 == preview(shell).status


def test_only_what_is_locked_is_shown(letter: Shell):
    letter.tree.settings(policy="  require_lock: true\n")
    unlocked = preview(letter)
    assert 0 == letter("lock").status
    assert (["lock_missing"], 0) == (guards(unlocked), preview(letter).status)
    letter.tree.write("campaigns/letter/articles/main.md", "改了\n")
    assert ["lock_stale"] == guards(preview(letter))


def test_locked_bytes_are_shown_on_demand(letter: Shell):
    assert ["lock_missing"] == guards(preview(letter, "--locked"))
    letter("lock")
    assert 2 == len(shown(preview(letter, "--locked")))


def test_a_ci_runner_that_forgets_is_refused(letter: Shell):
    letter.env(CI="true", WECHAT_MAIN_SECRET="0" * 32)
    said = letter("preview", "letter", "--format", "json")
    assert (5, []) == (said.status, said.document["campaigns"])


def test_no_such_campaign_is_wrong_usage(letter: Shell):
    said = letter("preview", "leter", "--sandbox")
    assert (2, True) == (said.status, "did you mean letter?" in said.err)


@pytest.mark.parametrize("given", ["", " ", "a\nb", " a", "x" * 129])
@pytest.mark.parametrize("flag", ["--towxname", "--touser"])
def test_a_recipient_that_is_none_is_wrong_usage(letter: Shell, flag: str, given: str):
    said = letter("preview", "letter", flag, given, "--sandbox")
    assert (2, "", True) == (said.status, said.out, f"{flag} takes one name" in said.err)


def test_an_openid_given_as_a_name_is_wrong_usage_and_told_to_nobody(letter: Shell):
    said = letter("preview", "letter", "--towxname", OPENID, "--sandbox")
    assert (2, True, False) == (said.status, "--touser" in said.err, OPENID in said.err)


# policy.require_preview


@pytest.fixture
def asked(letter: Shell) -> Shell:
    """The same repository, where somebody has to have seen what is sent."""
    letter.tree.settings(policy=ASKED)
    return letter


def test_a_run_that_shows_it_does_not_send_it_and_the_next_one_does(asked: Shell):
    first, second = apply(asked, "--yes"), apply(asked, "--yes")
    assert (5, ["preview_missing"], 2) == (first.status, guards(first), len(shown(first)))
    assert (0, [], []) == (second.status, guards(second), shown(second))
    assert 1 == len(asked.report()["jobs"])


def test_without_a_terminal_it_shows_it_and_asks_nothing(asked: Shell):
    said = apply(asked)
    assert (5, ["preview_missing"], 2) == (said.status, guards(said), len(phones(asked)))


@pytest.mark.parametrize(("typed", "expected"), [("yes\n", (0, 1)), ("no\n", (5, 0))])
def test_a_person_at_the_terminal_is_asked_after_the_previews(
    asked: Shell, typed: str, expected: tuple[int, int]
):
    said = asked("apply", "letter", "--sandbox", typed=typed)
    assert expected == (said.status, len(asked.report()["jobs"]))
    assert "editor_lin, editor_mei" in said.err.partition("‼")[2]


def test_a_yes_beforehand_is_none_of_somebody_who_looked(asked: Shell):
    said = asked("apply", "letter", "--sandbox", "--yes", typed="yes\n")
    assert (5, []) == (said.status, asked.report()["jobs"])


def test_a_saved_plan_sends_nothing_that_it_shows(asked: Shell):
    plan = ("--plan", "plan.json", "--sandbox", "--format", "json")
    asked("plan", "letter", "--out", "plan.json", "--sandbox")
    assert (5, ["preview_missing"]) == ((said := asked("apply", *plan)).status, guards(said))
    asked("plan", "letter", "--out", "plan.json", "--sandbox")
    assert (0, 1) == (asked("apply", *plan).status, len(asked.report()["jobs"]))


def test_after_massctl_preview_it_is_sent(asked: Shell):
    preview(asked)
    assert (0, []) == ((said := apply(asked, "--yes")).status, shown(said))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_plan_says_that_nobody_saw_it(shell: Shell, snapshot: SnapshotAssertion, language: str):
    shell.tree.settings(language=language, policy=ASKED)
    shell.tree.news("letter", more=REVIEWERS)
    shell.tree.text("notice", more=DUE)
    plan = shell("plan", "letter", "notice", "--format", "json").document
    assert [["preview_missing"], ["preview_missing"]] == [
        [refusal["guard"] for refusal in campaign["refusals"]] for campaign in plan["campaigns"]
    ]
    assert 0 == plan["summary"]["send_mass"]
    assert snapshot == shell.scrub(shell("plan", "letter", "notice").out)


def test_a_doubt_is_settled_by_a_repetition_whatever_the_policy_says_since(letter: Shell):
    letter.faults(lost(SENDALL, "busy", times=2))
    apply(letter, "--yes")
    letter.tree.settings(policy=ASKED)
    letter.faults()
    said = letter("reconcile", "letter", "--resubmit", "--reason", "looked", "--yes", "--sandbox")
    assert (0, 1) == (said.status, len(letter.report()["jobs"]))


# 100 a day


def test_the_allowance_of_a_day(shell: Shell, snapshot: SnapshotAssertion):
    """Ninety-nine to one campaign, one of three to the next, and the sandbox never has to say no."""
    many = "\n".join(f"    - editor_{number:03d}" for number in range(99))
    shell.tree.text("first", more=f"preview:\n  towxname:\n{many}\n{DUE}")
    shell.tree.text("second", content="第二条", more=f"preview:\n  towxname: [a, b, c]\n{DUE}")
    assert 0 == shell("apply", "first", "--sandbox", "--yes").status
    plan = shell("plan", "second", "--sandbox")
    assert snapshot == shell.scrub(plan.out)
    said = shell("apply", "second", "--sandbox", "--yes", "--format", "json")
    assert (5, ["allowance"], 1) == (said.status, guards(said), len(shown(said)))
    report = shell.report()
    assert (100, 1, []) == (len(report["previews"]), len(report["jobs"]), report["violations"])


def test_wechat_says_that_they_are_used_up(shell: Shell):
    """Colleagues used them by other means, so only WeChat can know."""
    shell.tree.text("first", more=f"preview:\n  towxname: [a, b]\n{DUE}")
    shell.tree.text("second", content="第二条", more=f"preview:\n  towxname: [a, b]\n{DUE}")
    shell("plan", "first", "--sandbox")
    _use_up_elsewhere(shell)
    said = shell("apply", "--sandbox", "--yes", "--format", "json")
    first, second = said.document["campaigns"]
    assert (1, 45009, ["allowance"]) == (said.status, first["error"]["errcode"], guards(said)[-1:])
    assert ([], None) == (second["performed"], second["error"])
    refused = shell.report()["calls"]["/cgi-bin/message/mass/preview"]["outcomes"]["45009"]
    assert refused in {1, 2}  # Both phones of the first may be asked at once.


def _use_up_elsewhere(shell: Shell) -> None:
    """Send 100 previews past massctl's ledger."""
    shell.tree.text("other", content="别处", more="preview:\n  towxname: [x]\n")
    ledger = shell.root / ".massctl/sandbox/massctl.state.jsonl"
    recipients: list[Any] = [word for number in range(100) for word in ("--towxname", f"x{number}")]
    assert 0 == shell("preview", "other", *recipients, "--sandbox").status
    ledger.unlink()
    (shell.root / "campaigns/other/campaign.yaml").unlink()
    (shell.root / "campaigns/other").rmdir()
