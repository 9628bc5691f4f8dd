"""An older backup of the ledger is restored on a machine that never saw the ledger, and the campaign went out."""

import shutil
from datetime import timedelta

import pytest
from cli_runner import NOON, Shell
from repositories import APPID

FILE = "massctl.state.jsonl"


@pytest.fixture
def restored(shell: Shell) -> Shell:
    """Send the campaign `spring`, and put back a ledger from before, two days later on another machine."""
    shell.tree.settings(language="en")
    world = shell.root / ".massctl" / "sandbox"
    shell.tree.text("hello", content="您好\n")
    assert 0 == shell("apply", "hello", "--sandbox", "--yes").status
    backup = (world / FILE).read_bytes()
    shell.tree.news("spring", title="春季大促", body="你好。\n")
    assert 0 == shell("apply", "spring", "--sandbox", "--yes").status
    (world / FILE).write_bytes(backup)
    shutil.rmtree(world / "locks")
    shell.set_time(NOON + timedelta(days=2))
    return shell


def test_the_campaign_is_refused_with_what_was_seen_and_what_to_type(restored: Shell) -> None:
    assert 0 == restored("plan", "spring", "--sandbox").status  # It marks the ledger as seen.
    done = restored("apply", "spring", "--sandbox", "--yes")
    assert (5, 1, 1) == (
        done.status,
        done.out.count("WeChat counts 第一封信：春季大促 as sent on 2026-12-01"),
        done.out.count(
            "massctl state import --sandbox --sent spring --at 2026-12-01T12:00:00+08:00"
        ),
    )
    again = restored("apply", "spring", "--sandbox", "--yes", "--format", "json").document
    (campaign,) = again["campaigns"]
    assert ["ledger_behind"] == [each["guard"] for each in campaign["refusals"]]
    assert 2 == len(restored.report()["jobs"])


def test_after_the_import_it_counts_as_sent(restored: Shell) -> None:
    at = "2026-12-01T12:00:00+08:00"
    assert 0 == restored("state", "import", "--sent", "spring", "--at", at, "--sandbox").status
    done = restored("apply", "spring", "--sandbox", "--yes")
    assert (0, 2) == (done.status, len(restored.report()["jobs"]))


def test_a_send_that_the_ledger_lacks_is_told_and_another_campaign_goes_out(
    restored: Shell,
) -> None:
    restored.tree.news("summer", title="夏季大促", body="你好。\n")
    done = restored("apply", "summer", "--sandbox", "--yes")
    assert (0, 3) == (done.status, len(restored.report()["jobs"]))
    assert "perhaps from the console: 第一封信：春季大促" in done.err


def test_an_account_without_the_right_is_told_and_sends(restored: Shell) -> None:
    restored.control("accounts", {"appid": APPID, "statistics_right": False})
    restored.tree.news("summer", title="夏季大促", body="你好。\n")
    done = restored("apply", "summer", "--sandbox", "--yes")
    say = "not compared with what WeChat counted, and the send goes on: the account has no right to the statistics"
    assert (0, 1) == (done.status, done.err.count(say))
    calls = restored.report()["calls"]["/datacube/getarticletotaldetail"]
    assert {"48001": 1} == calls["outcomes"]
