"""Somebody else writes to the ledger in the middle of a run: the run plans anew, and says so."""

from cli_runner import Shell

from massctl.ledger.local_file import LocalLedger
from massctl.model.entries import ImageUploaded, NewEntry

APPEND = LocalLedger.append


def overtaken(shell: Shell, before: str) -> None:
    """Let another runner write one entry right before the first of a kind."""
    waiting = [True]

    def append(self: LocalLedger, expected_serial, entries, *, durable):
        if waiting and any(new.event.type == before for new in entries):
            waiting.clear()
            other = LocalLedger(shell.root / ".massctl/sandbox/massctl.state.jsonl", self._locks)
            serial = len(other.read(0))
            image = ImageUploaded(
                appid="wxfedcba9876543210", sha256="0" * 64, url="https://mmbiz.qpic.cn/0/0"
            )
            APPEND(other, serial, [NewEntry(at=entries[0].at, event=image)], durable=True)
        return APPEND(self, expected_serial, entries, durable=durable)

    shell.monkeypatch.setattr(LocalLedger, "append", append)


def test_a_run_that_is_overtaken_plans_anew_and_sends(shell: Shell):
    shell.tree.news("letter")
    overtaken(shell, "send_attempted")
    said = shell("apply", "letter", "--sandbox", "--yes", "--format", "json")
    assert (0, True) == (said.status, "planning again" in said.err)
    (campaign,) = said.document["campaigns"]
    assert "sending" == campaign["status"]
    assert "upload_image" in [step["kind"] for step in campaign["performed"]]
    assert 1 == len(shell.report()["jobs"])


def test_a_verdict_is_written_behind_the_others_entries(shell: Shell):
    shell.tree.text("notice")
    overtaken(shell, "send_accepted")
    said = shell("apply", "notice", "--sandbox", "--yes")
    assert (0, 1) == (said.status, len(shell.report()["jobs"]))
    assert "send_accepted" in shell("state", "list", "--sandbox").out
    assert 0 == shell("state", "verify", "--sandbox").status


def test_a_saved_plan_is_stale_once_others_wrote(shell: Shell):
    shell.tree.text("notice")
    shell("plan", "notice", "--sandbox", "--out", "plan.json")
    overtaken(shell, "send_attempted")
    said = shell("apply", "--plan", "plan.json", "--sandbox", "--format", "json")
    assert (5, []) == (said.status, shell.report()["jobs"])
    (refusal,) = said.document["campaigns"][0]["refusals"]
    assert "plan_stale" == refusal["guard"]
