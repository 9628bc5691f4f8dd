"""`massctl ci review`: a pull request of a bare remote, rendered as data beside a checkout of main."""

import json
import os
import re
from base64 import b64decode, b64encode
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Shell
from fake_forge import FakeForge, FakeGitLab, pull_request_event
from git_shell import IN_GIT
from gits import git
from nights import first_by_day
from PIL import Image
from repositories import APPID, png
from services import CHROMIUM, require_chromium

from massctl.cli.app import run
from massctl.cli.commands.ci_review import write_comment, write_review
from massctl.cli.ledger_access import read_ledger
from massctl.cli.planner import PlanOptions, Purpose
from massctl.cli.pull_request_comments import ended_comment, report_sends, sent_comment
from massctl.cli.session import session
from massctl.model.ids import AccountName, CampaignName
from massctl.view.i18n import Reader
from massctl.view.pages.document import is_whole

LOCKED = "  require_lock: true\n  branch: main\n"
LATER = "send: {not_before: 2026-12-03T11:55:00+08:00, not_after: 2026-12-03T14:00:00+08:00}\n"


@pytest.fixture
def main(in_git: Shell) -> Shell:
    """A checkout of main whose ledger has begun and is shared."""
    in_git.tree.settings(state=IN_GIT, policy=LOCKED)
    in_git("lock")
    git(in_git.root, "add", "-A")
    git(in_git.root, "commit", "-qm", "locked")
    assert 0 == in_git("state", "init").status
    git(in_git.root, "commit", "-qam", "the ledger")
    git(in_git.root, "push", "-q", "origin", "HEAD:main")
    in_git.env(MASSCTL_CHROMIUM="/nonexistent")
    return in_git


def proposed(shell: Shell, to: str = "spring") -> str:
    """Commit what was changed as a pull request's branch, and go back to main. Gives the commit."""
    git(shell.root, "add", "-A")
    git(shell.root, "commit", "-qm", "propose")
    sha = git(shell.root, "rev-parse", "HEAD")
    git(shell.root, "push", "-q", "-f", "origin", f"HEAD:refs/heads/{to}", "HEAD:refs/pull/7/head")
    git(shell.root, "reset", "-q", "--hard", "origin/main")
    return sha


def reviewed(shell: Shell, sha: str, **more: str) -> dict[str, Any]:
    """Review it, and give what is left for the next job."""
    event = shell.root.parent / "event.json"
    event.write_text(pull_request_event(sha, **more))  # type: ignore[arg-type]
    shell.env(GITHUB_EVENT_PATH=str(event))
    out = shell.root.parent / "left"
    assert 0 == run("ci review", "text", lambda: write_review(str(shell.root), out))
    found = json.loads((out / "review.json").read_text())
    assert isinstance(found, dict)
    return found


def campaign(review: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in review["plan"]["campaigns"] if each["name"] == name)


@pytest.mark.parametrize("real", [False, True])
def test_a_new_letter_is_locked_and_shown_by_how_it_begins(main: Shell, real: bool) -> None:
    """Also where its sends would go to WeChat: that its lock is not committed here is nobody's fault."""
    if real:
        main.monkeypatch.delenv("MASSCTL_API_BASE")
        assert 0 == main("state", "init", "--new-lineage", "--reason", "real").status
        git(main.root, "commit", "-qam", "the real ledger")
        git(main.root, "push", "-q", "origin", "HEAD:main")
    main.tree.news(
        "letter", title="春", body="第一段话。\n\n![](images/hero.png)\n\n第二段。\n", more=LATER
    )
    main.tree.write("campaigns/letter/images/hero.png", png((200, 30, 30)))
    review = reviewed(main, proposed(main))

    assert ["letter"] == [*review["locks"]]
    assert [] == review["disagreeing"]
    letter = campaign(review, "letter")
    assert ("locked", []) == (letter["lock"], letter["refusals"])
    rows = [(row["words"], row["article"]) for row in letter["changes"]["rows"]]
    assert ["第一段话。 第二段。"] == [each["opening"] for each in letter["reading"]]
    assert any("hero.png" in words and article == 1 for words, article in rows)
    assert any("9 words" in words for words, _ in rows), rows


@pytest.mark.parametrize("forged", [True, False])
def test_a_lock_that_the_pull_request_brings_and_that_does_not_agree_is_named(
    main: Shell, forged: bool
) -> None:
    """An editor who changes words, and leaves the lock of main, did nothing wrong: it is only written anew."""
    main.tree.text("notice", content="锁定的一句")
    if forged:
        main("lock")
    main.tree.text("notice", content="另一句")
    review = reviewed(main, proposed(main))

    assert (["notice"], ["notice"] if forged else []) == ([*review["locks"]], review["disagreeing"])


def test_a_new_letter_is_shown_with_what_main_learnt_from_the_last_ones(main: Shell) -> None:
    main.tree.text("notice", more="finding: [{learnt: Noon is fine.}]\n")
    main("lock")
    git(main.root, "add", "-A")
    git(main.root, "commit", "-qm", "a notice")
    git(main.root, "push", "-q", "origin", "HEAD:main")
    at = "2026-11-30T20:00:00+08:00"
    assert 0 == main("state", "import", "--sent", "notice", "--at", at).status
    main.tree.news("letter", more=LATER)
    (found,) = reviewed(main, proposed(main))["findings"]
    told = found["campaign"], found["learnt"], found["account"]
    assert ("notice", "Noon is fine.", "main") == told


def test_a_fork_gets_no_lock(main: Shell) -> None:
    main.tree.text("notice", content="另一句")
    review = reviewed(main, proposed(main), head="stranger/letters")

    assert ({}, "stale") == (review["locks"], campaign(review, "notice")["lock"])


def test_main_says_where_the_ledger_is_and_that_locks_count(main: Shell) -> None:
    main.tree.settings(
        state="state: {backend: git, branch: elsewhere}\n", policy="  require_lock: false\n"
    )
    main.tree.text("notice", content="另一句")
    review = reviewed(main, proposed(main))

    assert ["notice"] == [*review["locks"]]
    assert review["plan"]["lineage"]


def test_a_massctl_yaml_with_faults_is_a_plan_that_stopped(main: Shell) -> None:
    main.tree.write("massctl.yaml", "surprise: 1\n")

    assert "massctl.yaml has faults" in reviewed(main, proposed(main))["plan"]["error"]["message"]


def test_what_moved_on_is_not_rendered(main: Shell) -> None:
    main.tree.text("notice", content="另一句")
    proposed(main)

    assert "moved on" in reviewed(main, "ab" * 20)["plan"]["error"]["message"]


@pytest.mark.parametrize(
    ("file", "line", "hidden"),
    [
        (".gitattributes", "campaigns/** linguist-generated=true", True),
        ("campaigns/.gitattributes", "*.yaml -diff", True),
        ("campaigns/notice/.gitattributes", "* filter=lfs", True),
        (".gitattributes", "*.yaml export-ignore", True),
        (".gitattributes", "*.yaml ident", True),
        (
            ".gitattributes",
            "*.png -diff\n*.yaml text eol=lf\n*.md diff=markdown linguist-generated=false",
            False,
        ),
    ],
)
def test_what_an_attribute_hides_is_named(main: Shell, file: str, line: str, hidden: bool) -> None:
    main.tree.write(file, f"{line}\n")
    main.tree.write("campaigns/notice/x.png", "x")
    found = reviewed(main, proposed(main))["hidden"]

    assert hidden == ("campaigns/notice/campaign.yaml" in found), found
    assert hidden or [] == found


@pytest.mark.parametrize(
    ("attributes", "folded"),
    [
        ("", True),
        ("campaigns/** linguist-generated=false", False),
        ("*.md -linguist-generated", False),
        ("*.yaml -linguist-generated", True),
        ("*.md text", True),
    ],
)
def test_what_github_folds_away_by_itself_is_named_unless_an_attribute_shows_it(
    main: Shell, attributes: str, folded: bool
) -> None:
    path = "campaigns/notice/node_modules/words.md"
    main.tree.write(path, "words\n")
    main.tree.write(".gitattributes", f"{attributes}\n")
    found = reviewed(main, proposed(main))

    assert ([path] if folded else [], []) == (found["folded"], found["hidden"])


def test_no_attribute_changes_what_is_rendered(main: Shell) -> None:
    main.tree.text("notice", content="一样的话 $Id$")
    main.tree.write("campaigns/.gitattributes", "*.yaml ident text eol=crlf\n")
    sha = proposed(main)
    reviewed(main, sha)

    written = (main.root / ".massctl/pull-request/campaigns/notice/campaign.yaml").read_bytes()
    assert (True, False) == (b"$Id$" in written, b"\r" in written)


def test_a_tag_that_the_account_does_not_have_is_found_in_the_review(main: Shell) -> None:
    """By the pulled tags of the pull request, which are beside campaigns/."""
    tags = {
        "pulled_at": "2026-11-30T12:00:00+08:00",
        "tags": [{"id": 2, "name": "members", "count": 8}],
    }
    main.tree.write(
        "massctl.tags.json", json.dumps({"format_version": 1, "accounts": {"main": tags}})
    )
    main.tree.text("notice")
    text = main.tree.read("campaigns/notice/campaign.yaml")
    main.tree.write(
        "campaigns/notice/campaign.yaml", text.replace("is_to_all: true", "tag: membres")
    )
    (planned,) = reviewed(main, proposed(main))["plan"]["campaigns"]

    assert ["MC610"] == [each["code"] for each in planned["diagnostics"]]


def test_a_lock_that_is_too_large_is_named_and_written_anew(main: Shell) -> None:
    main.tree.write("campaigns/notice/campaign.lock.json", " " * 5_000_000)
    review = reviewed(main, proposed(main))

    assert (["notice"], ["notice"]) == ([*review["locks"]], review["disagreeing"])


@pytest.mark.parametrize("kind", first_by_day(["link", "submodule"]))
def test_a_link_is_not_followed(main: Shell, kind: str) -> None:
    place = main.root / "campaigns/notice/more"
    if kind == "link":
        place.symlink_to("/etc")
    else:
        git(
            main.root,
            "update-index",
            "--add",
            "--cacheinfo",
            f"160000,{'ab' * 20},campaigns/notice/more",
        )
        git(main.root, "commit", "-qm", "a submodule")
    error = reviewed(main, proposed(main) if kind == "link" else pushed(main))["plan"]["error"]

    assert "campaigns/notice/more" in error["message"]


def pushed(shell: Shell) -> str:
    sha = git(shell.root, "rev-parse", "HEAD")
    git(shell.root, "push", "-q", "-f", "origin", f"{sha}:refs/pull/7/head")
    git(shell.root, "reset", "-q", "--hard", "origin/main")
    return sha


def comment(shell: Shell, forge: FakeForge) -> int:
    more = {"GITHUB_TOKEN": "x", "GITHUB_API_URL": "https://api.github.test", "LANG": "C.UTF-8"}
    shell.env(**more)
    left = shell.root.parent / "left"
    return run("ci comment", "text", lambda: write_comment(str(shell.root), left, inside=forge))


def test_the_locks_become_a_commit_of_the_branch_and_take_copies_away(
    main: Shell, remote: Path
) -> None:
    main.tree.text("notice", content="锁定的一句")
    main("lock")
    main.tree.text("notice", content="另一句")
    main.tree.write("campaigns/notice/campaign.lock (1).json", "{}")
    sha, forge = proposed(main), FakeForge()
    forge.open_pull_request(7, "spring", sha)
    reviewed(main, sha)

    assert 0 == comment(main, forge)
    tip = git(remote, "rev-parse", "spring")
    changes = git(remote, "diff", "--name-status", sha, tip).splitlines()
    assert [
        "D\tcampaigns/notice/campaign.lock (1).json",
        "M\tcampaigns/notice/campaign.lock.json",
    ] == changes
    assert ("success", sha) == (forge.statuses[tip][0], git(remote, "rev-parse", f"{tip}^"))
    assert "did not agree" in forge.bodies(7)[0]


def test_a_send_is_told_on_the_pull_request_that_brought_it(main: Shell) -> None:
    """First why not; the same comment then says when, to how many, and where."""
    sha, forge = "cd" * 20, FakeForge(newest="cd" * 20)
    forge.merged[sha] = 7
    main.tree.text(
        "notice",
        more="send: {not_before: 2026-12-01T08:00:00+08:00, not_after: 2026-12-01T09:00:00+08:00}\n",
    )
    main("lock")
    git(main.root, "add", "-A")
    git(main.root, "commit", "-qm", "missed")
    git(main.root, "push", "-q", "origin", "HEAD:main")
    main("apply", "--yes")
    told = {
        "GITHUB_TOKEN": "x",
        "GITHUB_REPOSITORY": "house/letters",
        "GITHUB_API_URL": "https://api.github.test",
    }
    with session(str(main.root)) as current:
        assert [7] == report_sends(current, 1, {}, told, forge)
        assert [7] == report_sends(current, 1, {}, told, forge)
        serial = read_ledger(current).serial
        assert [] == report_sends(current, serial, {}, told, forge)

    (body,) = forge.bodies(7)
    assert body.startswith("<!-- massctl:sent notice -->")
    assert "2026-12-01 09:00 +08:00, and it was not sent" in body


def test_a_send_from_a_folder_below_the_top_is_looked_up_by_its_whole_path(main: Shell) -> None:
    """A forge counts paths from the top of the repository."""
    forge, below = FakeForge(newest="cd" * 20, merged={"cd" * 20: 7}), main.root / "weixin"
    below.mkdir()
    git(main.root, "mv", "massctl.yaml", "campaigns", "weixin")
    git(main.root, "commit", "-qm", "into a folder")
    told = {
        "GITHUB_TOKEN": "x",
        "GITHUB_REPOSITORY": "house/letters",
        "GITHUB_API_URL": "https://api.github.test",
    }
    with session(str(below), environment={**os.environ, **told}) as current:
        stopped = {(CampaignName("notice"), 1): ()}
        assert [7] == report_sends(current, 0, stopped, current.environment, forge)
    assert ["weixin/campaigns/notice/campaign.lock.json"] == forge.paths


OPENED = "send: {not_before: 2026-12-01T11:00:00+08:00, not_after: 2026-12-01T14:00:00+08:00}\n"


def test_a_sent_letter_is_told_with_when_to_how_many_and_where(shell: Shell) -> None:
    shell.tree.news("letter", more=OPENED)
    shell("apply", "--yes", "--sandbox")
    shell("status", "--wait", "300", "--sandbox")
    with session(str(shell.root), sandbox=True) as current:
        record = read_ledger(current).record(CampaignName("letter"), 1)
        body = sent_comment(record, AccountName("main"), Reader("en"))
        ended = ended_comment(record, AccountName("main"), Reader("en"))

    assert "**秋日来信 (letter) · main, edition 1: sent**" == body.splitlines()[0]
    assert "WeChat accepted it at 2026-12-01" in body
    assert ended is not None
    rows = ended.splitlines()
    assert "**秋日来信 (letter) · main, edition 1: sent**" == rows[0]
    assert re.fullmatch(r"- it reached [\d,]+ of [\d,]+ followers", rows[2])
    assert re.fullmatch(r"- <https://mp\.weixin\.qq\.com/s\?\S+>", rows[3])
    assert [
        "- what followers do with it: `massctl report letter`",
        "- to take it back: `massctl withdraw letter`",
    ] == rows[4:]


def test_before_the_end_there_is_no_comment_on_it(shell: Shell) -> None:
    shell.tree.news("letter", more=OPENED)
    shell("apply", "--yes", "--sandbox")
    with session(str(shell.root), sandbox=True) as current:
        record = read_ledger(current).record(CampaignName("letter"), 1)
        assert None is ended_comment(record, AccountName("main"), Reader("en"))


def test_a_send_that_failed_says_why_and_what_to_do(shell: Shell) -> None:
    shell.tree.news("letter", more=OPENED)
    shell("plan", "--sandbox")
    shell.control("ending", {"appid": APPID, "status": "err(30003)"})
    shell("apply", "--yes", "--sandbox")
    shell.control("advance", {"seconds": 600})
    shell("status", "--sandbox")
    with session(str(shell.root), sandbox=True) as current:
        record = read_ledger(current).record(CampaignName("letter"), 1)
        ended = ended_comment(record, AccountName("main"), Reader("en"))
    assert ended is not None
    assert "(letter) · main, edition 1: failed**" in ended
    assert "judged a reprint" in ended
    assert "massctl status letter" in ended


def test_the_end_is_a_comment_of_its_own_and_there_is_one(shell: Shell) -> None:
    """Somebody is told of a new comment, and of no edit; another runner finds it there."""
    shell.tree.settings(
        state="forge: {kind: github, repository: house/letters, token_env: TOKEN}\n"
    )
    shell.tree.news("letter", more=OPENED)
    shell("apply", "--yes", "--sandbox")
    forge = FakeForge(newest="cd" * 20, merged={"cd" * 20: 7})
    told = {"TOKEN": "x"}
    with session(str(shell.root), sandbox=True) as current:
        assert [7] == report_sends(current, 0, {}, told, forge)
        assert 1 == len(forge.bodies(7))
    shell("status", "--wait", "300", "--sandbox")
    for _ in range(2):
        with session(str(shell.root), sandbox=True) as current:
            report_sends(current, 0, {}, told, forge)
    assert ["<!-- massctl:sent letter -->", "<!-- massctl:ended letter 1 -->"] == [
        each.splitlines()[0] for each in forge.bodies(7)
    ]


def test_an_end_that_another_process_learnt_is_commented_by_the_next_run_with_a_forge(
    shell: Shell,
) -> None:
    """A listener has no token of the forge, and a job may die before its comment."""
    shell.tree.settings(
        state="forge: {kind: github, repository: house/letters, token_env: TOKEN}\n"
    )
    shell.tree.news("letter", more=OPENED)
    shell("apply", "--yes", "--sandbox")
    shell("status", "--wait", "300", "--sandbox")
    forge, told = FakeForge(newest="cd" * 20, merged={"cd" * 20: 7}), {"TOKEN": "x"}
    with session(str(shell.root), sandbox=True) as current:
        newest = read_ledger(current).serial
        assert [] == report_sends(current, newest, {}, told, forge)
        assert [] == forge.bodies(7)
        for _ in range(2):
            again = report_sends(current, newest, {}, told, forge, made_up=timedelta(days=2))
            assert [] == again
    assert 2 == len(forge.bodies(7))


def test_the_newest_edition_has_the_last_word_on_how_a_letter_stands(shell: Shell) -> None:
    shell.tree.settings(
        state="forge: {kind: github, repository: house/letters, token_env: TOKEN}\n"
    )
    shell.tree.text("notice", more=OPENED)
    shell("apply", "--yes", "--sandbox")
    with session(str(shell.root), sandbox=True) as current:
        serial = read_ledger(current).serial
    yaml = shell.tree.read("campaigns/notice/campaign.yaml")
    shell.tree.write("campaigns/notice/campaign.yaml", f"{yaml}edition: 2\n".replace("。", "！"))
    shell.control("advance", {"seconds": 600})
    shell("apply", "--yes", "--sandbox")
    forge, told = FakeForge(newest="cd" * 20, merged={"cd" * 20: 7}), {"TOKEN": "x"}
    with session(str(shell.root), sandbox=True) as current:
        assert {1, 2} == {each for _, each in read_ledger(current).records}
        report_sends(current, serial, {}, told, forge, made_up=timedelta(days=2))
    (stands,) = [each for each in forge.bodies(7) if "massctl:sent" in each]
    assert "edition 2" in stands


def test_gitlab_is_told_of_the_end_as_a_note_of_its_own_in_the_words_of_the_team(
    shell: Shell,
) -> None:
    """A line of a note that begins with a slash would be a command to GitLab, and `@all` would call everybody."""
    shell.tree.settings(
        language="zh",
        state="forge: {kind: gitlab, repository: house/letters, token_env: TOKEN}\n",
    )
    shell.tree.news("letter", more=OPENED)
    written = shell.tree.read("campaigns/letter/campaign.yaml")
    foreign = written.replace("title: 秋日来信\n", "title: '/close @all `春` <b>'\n", 1)
    shell.tree.write("campaigns/letter/campaign.yaml", foreign)
    shell("apply", "--yes", "--sandbox")
    shell("status", "--wait", "300", "--sandbox")
    gitlab, told = FakeGitLab(newest="cd" * 20), {"TOKEN": "x"}
    gitlab.merge(7, "cd" * 20)
    for _ in range(2):
        with session(str(shell.root), sandbox=True) as current:
            assert [7] == report_sends(current, 0, {}, told, gitlab)
    stands, ended = (each["body"] for each in gitlab.notes[7])

    assert "<!-- massctl:sent letter -->" == stands.splitlines()[0]
    mark, head, *rows = ended.splitlines()
    assert "<!-- massctl:ended letter 1 -->" == mark
    assert head.startswith("**/close `@all` `春` `<b>`（letter）")
    assert head.endswith("main，第 1 版：已发送**")
    assert [] == [row for row in rows if row and not row.startswith("- ")]
    assert 1 == sum("<https://mp.weixin.qq.com/" in row for row in rows)
    assert "`massctl withdraw letter`" in ended
    assert [] == [each for each in gitlab.asked if each.startswith("PUT")]


def test_an_article_that_was_withdrawn_has_no_address_in_the_comment(shell: Shell) -> None:
    shell.tree.news("letter", more=OPENED)
    shell("apply", "--yes", "--sandbox")
    shell("status", "--wait", "300", "--sandbox")
    with session(str(shell.root), sandbox=True) as current:
        record = read_ledger(current).record(CampaignName("letter"), 1)
    record.jobs[0].withdrawn.add(1)
    ended = ended_comment(record, None, Reader("en"))
    assert ended is not None
    assert ("edition 1: sent" in ended, "mp.weixin" in ended) == (True, False)


def test_a_comment_of_the_sandbox_stays_there(shell: Shell) -> None:
    shell.tree.settings(
        state="forge: {kind: github, repository: house/letters, token_env: TOKEN}\n"
    )
    shell.tree.news("letter", more=OPENED)
    shell("apply", "--yes", "--sandbox")
    shell("status", "--wait", "300", "--sandbox")
    with session(str(shell.root), sandbox=True) as current:
        assert [] == report_sends(current, 0, {}, {"TOKEN": "x"})
    assert ["<!-- massctl:sent letter -->", "<!-- massctl:ended letter 1 -->"] == [
        each["body"]["body"].splitlines()[0] for each in shell.report()["notifications"]
    ]


def test_the_pull_request_is_the_one_that_brought_the_lock(main: Shell) -> None:
    """What stands beside a lock may be changed after the send, by people who approved nothing."""
    main.tree.text("notice")
    main("lock")
    forge = FakeForge(newest="cd" * 20, merged={"cd" * 20: 7})
    told = {
        "GITHUB_TOKEN": "x",
        "GITHUB_REPOSITORY": "house/letters",
        "GITHUB_API_URL": "https://api.github.test",
    }
    with session(str(main.root), environment={**os.environ, **told}) as current:
        stopped = {(CampaignName("notice"), 1): ()}
        report_sends(current, 0, stopped, current.environment, forge)
    assert ["campaigns/notice/campaign.lock.json"] == forge.paths


def test_a_new_letter_is_shown_as_a_phone_shows_it(main: Shell, remote: Path) -> None:
    """On a branch of one commit, in the comment; the job that writes takes them as bytes."""
    require_chromium()
    main.env(MASSCTL_CHROMIUM=str(CHROMIUM))
    main.tree.news("letter", title="春", more=LATER)
    sha, forge = proposed(main), FakeForge()
    forge.open_pull_request(7, "spring", sha)
    review = reviewed(main, sha)
    shown = review["shown"]["letter"]
    sheet, article = (Image.open(BytesIO(b64decode(each))) for each in shown["pictures"])

    assert (("JPEG", 375), 0) == ((article.format, article.width), shown["left_out"])
    # Chat, list, share and the article's first screen side by side.
    assert sheet.width > 4 * 375
    assert 0 == comment(main, forge)
    paths = git(remote, "ls-tree", "-r", "--name-only", "massctl-previews").splitlines()
    base = "https://github.com/house/letters/blob/massctl-previews/"
    (page,) = (each for each in paths if each.endswith(".html"))
    (body,) = forge.bodies(7)
    assert 3 == len(paths)
    assert f"]({base}{page}) `{page[-17:-5]}`" in body
    assert 2 == sum(f'<img src="{base}{each}?raw=true"' in body for each in paths)


def test_the_whole_page_of_every_campaign_is_one_file_that_asks_for_nothing(
    main: Shell, remote: Path
) -> None:
    """Also where no Chromium makes pictures, which the comment says."""
    for name in ("one", "two"):
        main.tree.news(name, title=name, body="话。\n\n![](images/hero.png)\n", more=LATER)
        main.tree.write(f"campaigns/{name}/images/hero.png", png((200, 30, 30)))
    sha, forge = proposed(main), FakeForge()
    forge.open_pull_request(7, "spring", sha)
    review = reviewed(main, sha)
    assert 0 == comment(main, forge)

    assert ["one", "two"] == [*review["shown"]]
    paths = git(remote, "ls-tree", "-r", "--name-only", "massctl-previews").splitlines()
    assert 2 == len(paths)
    for path in paths:
        page = git(remote, "show", f"massctl-previews:{path}")
        assert is_whole(page)
        assert {"data"} == set(re.findall(r'src="(\w+):', page))
        assert "<script" not in page
        assert path in forge.bodies(7)[0]
    assert 2 == forge.bodies(7)[0].count("no pictures here: `massctl render ")


def test_a_page_that_could_ask_for_something_is_not_kept(main: Shell, remote: Path) -> None:
    main.tree.text("notice", content="另一句")
    sha = proposed(main)
    reviewed(main, sha)
    page = "<!doctype html>\n<html><script>1</script>"
    (body,) = with_shown(main, 7, sha, {"page": page}).bodies(7)

    assert "review.json is not what massctl writes" in body.replace("`", "")
    assert "massctl-previews" not in git(remote, "for-each-ref")


def test_what_does_not_fit_is_counted_in_words(main: Shell) -> None:
    main.tree.text("notice", content="另一句")
    sha = proposed(main)
    reviewed(main, sha)
    (body,) = with_shown(main, 7, sha, {"pictures": [JPEG], "left_out": 3}).bodies(7)

    assert "the whole page is too large here: massctl render notice" in body.replace("`", "")
    assert "3 more parts of its articles are not pictured" in body


JPEG = b64encode(b"\xff\xd8\xff picture").decode()


def with_pictures(shell: Shell, number: int, sha: str, **more: str) -> FakeForge:
    """Comment on a review that has a picture."""
    return with_shown(shell, number, sha, {"pictures": [JPEG]}, **more)


def with_shown(
    shell: Shell, number: int, sha: str, shown: dict[str, Any], **more: str
) -> FakeForge:
    """Comment on a review that shows this of the campaign `notice`."""
    forge, left = FakeForge(), shell.root.parent / "left"
    forge.open_pull_request(number, "spring", sha)
    shell.env(GITHUB_EVENT_PATH=str(shell.root.parent / "event.json"), GITHUB_RUN_ID="77")
    (shell.root.parent / "event.json").write_text(pull_request_event(sha, number=number, **more))  # type: ignore[arg-type]
    found = json.loads((left / "review.json").read_text())
    (left / "review.json").write_text(
        json.dumps({**found, "locks": {}, "shown": {"notice": shown}})
    )
    assert 0 == comment(shell, forge)
    return forge


def test_the_branch_of_pictures_keeps_the_newest_pull_requests_in_one_commit(
    main: Shell, remote: Path
) -> None:
    main.tree.text("notice", content="另一句")
    sha = proposed(main)
    reviewed(main, sha)
    main.monkeypatch.setattr("massctl.cli.commands.ci_review.KEPT_MAX", 3)
    for number in range(98, 103):
        with_pictures(main, number, sha)
    with_pictures(main, 100, sha)

    folders = git(remote, "ls-tree", "--name-only", "massctl-previews").splitlines()
    assert [f"pr-{number}" for number in range(100, 103)] == sorted(
        folders, key=lambda name: int(name[3:])
    )
    assert "1" == git(remote, "rev-list", "--count", "massctl-previews")


def test_pictures_of_a_fork_are_linked_and_put_on_no_branch(main: Shell, remote: Path) -> None:
    """Whoever opens a pull request from outside hangs up no picture in this repository."""
    main.tree.text("notice", content="另一句")
    sha = proposed(main)
    reviewed(main, sha)
    (body,) = with_pictures(main, 7, sha, head="stranger/letters").bodies(7)

    assert "https://github.com/house/letters/actions/runs/77#artifacts" in body
    assert "massctl-previews" not in git(remote, "for-each-ref")


def test_pictures_that_cannot_be_kept_are_linked(main: Shell, remote: Path) -> None:
    main.tree.text("notice", content="另一句")
    sha = proposed(main)
    reviewed(main, sha)
    (remote / "hooks").mkdir(exist_ok=True)
    (remote / "hooks/pre-receive").write_text("#!/bin/sh\nexit 1\n")
    (remote / "hooks/pre-receive").chmod(0o755)

    assert "/actions/runs/77#artifacts" in with_pictures(main, 7, sha).bodies(7)[0]


def test_a_branch_that_keeps_the_one_of_pictures_from_being_made_is_named(
    main: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    main.tree.text("notice", content="另一句")
    sha = proposed(main)
    reviewed(main, sha)
    git(main.root, "push", "-q", "origin", "HEAD:refs/heads/massctl-previews/x")
    capsys.readouterr()

    assert "/actions/runs/77#artifacts" in with_pictures(main, 7, sha).bodies(7)[0]
    assert "origin/massctl-previews/x" in capsys.readouterr().err


@pytest.mark.parametrize("purpose", [each for each in Purpose if each is not Purpose.SHOW])
def test_a_plan_of_a_commit_s_files_can_only_be_shown(purpose: Purpose) -> None:
    """It is judged without the guards of what is committed and shared."""
    with pytest.raises(ValueError, match="only a plan that is shown"):
        PlanOptions(purpose, of_commit=True)


@pytest.mark.parametrize(
    ("written", "rules"),
    [
        ("branch: elsewhere\n  backend: git", ["state"]),
        ("backend: git\n  keys: []", []),
    ],
    ids=["another branch", "the same place"],
)
def test_a_pull_request_to_another_ledger_changes_a_rule(
    main: Shell, written: str, rules: list[str]
) -> None:
    """That ledger knows nothing of what was sent."""
    now = main.tree.read("massctl.yaml")
    main.tree.write("massctl.yaml", now.replace("backend: git", written))
    main.tree.text("notice", content="另一句")

    assert rules == reviewed(main, proposed(main))["rules"]


def test_an_account_s_file_is_a_rule_as_massctl_yaml_is(main: Shell) -> None:
    """It says where the secret goes; the same account in the other place is no change."""
    east = "appid: wx00000000000000ea\nsecret_env: EAST\nkind: service\n"
    main.tree.write("accounts/east.yaml", east)
    main.tree.text("notice", content="另一句")
    assert ["accounts"] == reviewed(main, proposed(main))["rules"]
    main.tree.write("accounts/east.yaml", east)
    git(main.root, "add", "-A")
    git(main.root, "commit", "-qm", "east")
    git(main.root, "push", "-q", "origin", "HEAD:main")
    (main.root / "accounts/east.yaml").unlink()
    now = main.tree.read("massctl.yaml")
    lines = "".join(f"    {line}\n" for line in east.splitlines())
    main.tree.write("massctl.yaml", now.replace("accounts:\n", f"accounts:\n  east:\n{lines}"))
    main.tree.text("notice", content="另一句")
    assert [] == reviewed(main, proposed(main))["rules"]
    main.tree.write("accounts/east.yaml", east.replace("00ea", "00eb"))
    main.tree.text("notice", content="另一句")
    assert ["accounts"] == reviewed(main, proposed(main))["rules"]


@pytest.mark.parametrize("path", first_by_day(["accounts", "accounts/east.yaml"]))
def test_a_link_of_an_account_refuses_the_whole(main: Shell, path: str) -> None:
    (main.root / path).parent.mkdir(exist_ok=True)
    (main.root / path).symlink_to("massctl.yaml")
    said = reviewed(main, proposed(main))["plan"]
    assert f"these are links or submodules: {path}." in said["error"]["message"]


def test_a_pull_request_is_judged_by_the_rules_of_main_and_its_own(main: Shell) -> None:
    """Else it could take a rule away and use that."""
    rules = f"{LOCKED}  approvals: [{{count: 2}}]\n"
    now = main.tree.read("massctl.yaml")
    main.tree.write("massctl.yaml", now.replace(LOCKED, rules))
    git(main.root, "commit", "-qam", "ask for two")
    git(main.root, "push", "-q", "origin", "HEAD:main")
    main.tree.write("massctl.yaml", now.replace(LOCKED, f"{LOCKED}  approvals: [{{count: 1}}]\n"))
    main.tree.text("notice", content="另一句")
    review = reviewed(main, proposed(main))

    asked = campaign(review, "notice")["approvals"]
    assert (["policy"], [1, 2]) == (review["rules"], [each["count"] for each in asked])


def test_defaults_that_change_are_told_with_the_campaigns_that_inherit(main: Shell) -> None:
    main.tree.write("campaigns/north/_defaults.yaml", "vars: {city: 一}\n")
    main.tree.write("campaigns/south/_defaults.yaml", "vars: {city: 一}\n")
    main.tree.text("north/letter", more=LATER)
    git(main.root, "add", "-A")
    git(main.root, "commit", "-qm", "north")
    git(main.root, "push", "-q", "origin", "HEAD:main")
    main.tree.write("campaigns/north/_defaults.yaml", "vars: {city: 二}\n")
    main.tree.write("campaigns/_defaults.yaml", "vars: {city: 二}\n")
    sha, forge = proposed(main), FakeForge()
    forge.open_pull_request(7, "spring", sha)
    changed = reviewed(main, sha)["defaults"]
    assert ["campaigns/_defaults.yaml", "campaigns/north/_defaults.yaml"] == [*changed]
    assert ["letter"] == changed["campaigns/north/_defaults.yaml"]
    assert {"letter", "notice"} <= set(changed["campaigns/_defaults.yaml"])

    assert 0 == comment(main, forge)
    told = forge.bodies(7)[0]
    assert 2 == told.count("which may decide which account sends and when"), told
    assert "Campaigns that inherit from it: letter" in told


def test_a_matrix_has_one_lock_file_and_a_row_a_cell(main: Shell, remote: Path) -> None:
    cells = "".join(
        f"{{name: c{each}, account: main, audience: {{tag_id: {each}}}}}, " for each in (5, 6)
    )
    main.tree.write(
        "campaigns/letter/campaign.yaml",
        f"version: 1\ntitle: 来信\nmatrix: [{cells}]\n{LATER}text: {{content: 周日见。}}\n",
    )
    sha, forge = proposed(main), FakeForge()
    forge.open_pull_request(7, "spring", sha)
    review = reviewed(main, sha)
    assert (["letter"], "locked") == ([*review["locks"]], campaign(review, "letter@c5")["lock"])

    assert 0 == comment(main, forge)
    tip = git(remote, "rev-parse", "spring")
    assert ["A\tcampaigns/letter/campaign.lock.json"] == git(
        remote, "diff", "--name-status", sha, tip
    ).splitlines()
    written = json.loads(git(remote, "show", f"{tip}:campaigns/letter/campaign.lock.json"))
    assert ["c5", "c6"] == [*written["cells"]]
    assert ("letter@c5" in forge.bodies(7)[0], "letter@c6" in forge.bodies(7)[0]) == (True, True)
