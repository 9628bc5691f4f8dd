"""The door without git: what the summary of a run shows of the console's drafts."""

import re
from pathlib import Path

import pytest
from cli_runner import Shell

from massctl.cli.commands.ci_dispatch import account_with, list_drafts
from massctl.cli.session import session
from massctl.errors import UsageError


def summary(shell: Shell) -> str:
    path = shell.root / "summary.md"
    path.unlink(missing_ok=True)
    with session(str(shell.root), sandbox=True) as current:
        list_drafts(current, {"GITHUB_STEP_SUMMARY": str(path)})
    return path.read_text("utf-8")


def test_drafts_are_listed_by_title_and_their_words_do_nothing(shell: Shell) -> None:
    assert "there are none" in summary(shell)

    shell.tree.news(title="[x](//e.vil) <b> @boss")
    assert 0 == shell("apply", "letter", "--sandbox", "--until", "draft").status
    (draft,) = shell.report()["drafts"]
    shown = summary(shell)
    assert f"`{draft['media_id']}`" in shown
    (line,) = [each for each in shown.splitlines() if "boss" in each]
    # What Markdown or GitHub could act on is in code.
    assert "`" in line
    assert [] == [
        each for each in ("](//e.vil", "<b>", "@boss") if each in re.sub(r"`[^`]*`", "", line)
    ]


def test_a_draft_is_looked_for_in_every_account(shell: Shell) -> None:
    shell.tree.news()
    settings = Path("massctl.yaml")
    shop = "  shop: {appid: wx00000000000000ab, secret_env: WECHAT_SHOP_SECRET, kind: service}\npolicy:"
    settings.write_text(settings.read_text("utf-8").replace("policy:", shop, 1), "utf-8")
    assert 0 == shell("apply", "letter", "--sandbox", "--until", "draft").status
    (draft,) = shell.report()["drafts"]

    with session(str(shell.root), sandbox=True) as current:
        assert "main" == account_with(current, draft["media_id"])
        with pytest.raises(UsageError):
            account_with(current, "somebody-elses")
