"""`policy.require_approval`: the forge is asked about the merge that brought a lock in, before a send to followers."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Shell
from fake_forge import FakeForge, FakeGitLab
from gits import ENVIRONMENT, clone_of, git, remote_at
from real_wechat import RealWechat, wechat
from repositories import window
from said import Said

from massctl.cli.pull_request_comments import report_sends
from massctl.cli.session import session
from massctl.errors import ForgeError
from massctl.model.ids import CampaignName
from massctl.transport import Line

__all__ = ["wechat"]

OPEN = window("2026-12-01T11:00:00+08:00", "2026-12-01T14:00:00+08:00")
LOCK = "campaigns/notice/campaign.lock.json"
POLICY = "  require_lock: true\n  branch: main\n  require_approval: true\n"
TOKEN = "ghp_0123456789"
NAMED = "repository: house/letters, api: 'https://forge.test/api/v4', token_env: FORGE_TOKEN"


class Reviewed:
    """A clone whose lock was brought to main by pull request 7 of lin-mei, and the forge that knows it."""

    def __init__(self, shell: Shell, wechat: RealWechat, forge: FakeForge) -> None:
        self.shell, self.wechat, self.forge = shell, wechat, forge
        self.answering: FakeGitLab | None = None
        """What answers in place of that forge."""

    def named(self, line: str) -> None:
        """Write another forge into massctl.yaml, or none."""
        kept = [
            each
            for each in self.shell.tree.read("massctl.yaml").splitlines()
            if not each.startswith("forge:")
        ]
        self.shell.tree.write("massctl.yaml", "\n".join([*kept, line]) + "\n")

    def merge(self, number: int | None = 7) -> str:
        """Bring what is in the folder to main, by a pull request or past all of them."""
        before = git(self.shell.root, "rev-parse", "HEAD")
        git(self.shell.root, "add", "-A")
        git(self.shell.root, "commit", "-qm", "merge", "--allow-empty")
        git(self.shell.root, "push", "-q", "origin", "HEAD:main")
        commit, blob = (
            git(self.shell.root, "rev-parse", each) for each in ("HEAD", f"HEAD:{LOCK}")
        )
        self.forge.blobs[LOCK, commit] = blob
        if number is not None:
            self.forge.merged[commit] = number
            self.forge.bases[number] = before
        return commit

    def apply(self, *more: str) -> Said:
        return self.shell("apply", "--locked", "--yes", "--format", "json", *more)

    def refused(self, *words: str, status: int = 5) -> dict[str, str]:
        """Apply, and give the one refusal; WeChat got no send."""
        before = self.wechat.sent
        said = self.apply()
        found = [
            refusal for campaign in said.document["campaigns"] for refusal in campaign["refusals"]
        ]
        assert (status, ["approvals_missing"], before) == (
            said.status,
            [each["guard"] for each in found],
            self.wechat.sent,
        )
        assert [] == [
            word for word in words if word not in f"{found[0]['message']} {found[0]['hint']}"
        ], found
        assert TOKEN not in said.out + said.err
        return found[0]


@pytest.fixture
def reviewed(shell: Shell, wechat: RealWechat, tmp_path: Path) -> Reviewed:
    forge = FakeForge(permissions={"lin-mei": "admin", "bo": "write"})
    made = Reviewed(shell, wechat, forge)
    shell.monkeypatch.setattr(
        "massctl.cli.forge.line_to_forge", lambda *_: Line(inside=made.answering or forge)
    )
    shell.env(**ENVIRONMENT, FORGE_TOKEN=TOKEN)
    clone_of(remote_at(tmp_path / "remote.git"), tmp_path / "clone")
    (tmp_path / "clone" / ".git").rename(shell.root / ".git")
    shell.tree.write(".gitignore", ".massctl/\nmassctl.state.*\n")
    shell.tree.settings(policy=POLICY, state=f"forge: {{kind: github, {NAMED}}}\n")
    shell.tree.text("notice", more=OPEN)
    assert 0 == shell("lock").status
    assert 0 == shell("state", "init").status
    return made


def test_an_approved_merge_is_sent(reviewed: Reviewed) -> None:
    head = reviewed.merge()
    reviewed.forge.review(7, "bo", head)

    assert (0, 1) == (reviewed.apply().status, reviewed.wechat.sent)


def test_an_author_does_not_approve_their_own(reviewed: Reviewed) -> None:
    reviewed.forge.review(7, "lin-mei", reviewed.merge())
    reviewed.refused(
        "this lock lacks approvals at the last commit of pull request 7",
        "1 more approval (every send needs it)",
        "GitHub",
    )

    reviewed.forge.review(7, "bo", git(reviewed.shell.root, "rev-parse", "HEAD"))
    assert (0, 1) == (reviewed.apply().status, reviewed.wechat.sent)


ROWS = "  require_lock: true\n  branch: main\n"
TWO = f"""{ROWS}  approvals:
    - {{count: 1}}
    - {{when: {{audience: all}}, count: 2, from: [bo, wu, lin-mei]}}
    - {{when: {{new_destination: true, second_this_day: true}}, count: 5}}
"""


def asks(reviewed: Reviewed, policy: str) -> None:
    """Write another policy into massctl.yaml, and keep the lineage."""
    lineage = reviewed.shell.tree.read("massctl.yaml").partition("lineage: ")[2].split()[0]
    state = f"state:\n  lineage: {lineage}\nforge: {{kind: github, {NAMED}}}\n"
    reviewed.shell.tree.settings(policy=policy, state=state)


def test_each_row_is_satisfied_by_its_own_approvers(reviewed: Reviewed) -> None:
    asks(reviewed, TWO)
    head = reviewed.merge()
    reviewed.forge.permissions |= {"wu": "write", "chen": "write"}
    for login in ("chen", "bo", "lin-mei"):
        reviewed.forge.review(7, login, head)
    reviewed.refused("1 more approval of bo, wu, lin-mei (it goes to everybody)")

    reviewed.forge.review(7, "wu", head)
    assert (0, 1) == (reviewed.apply().status, reviewed.wechat.sent)


def test_a_row_whose_condition_fails_asks_for_nobody(reviewed: Reviewed) -> None:
    """What stages a draft counts the followers; until then they may be as many as they like."""
    asks(reviewed, f"{ROWS}  approvals:\n    - {{when: {{followers_over: 100000}}, count: 2}}\n")
    shutil.rmtree(reviewed.shell.root / "campaigns" / "notice")
    reviewed.shell.tree.news("notice", more=OPEN)
    reviewed.shell("lock")
    reviewed.merge()
    reviewed.refused("2 more approvals (its followers were not counted yet)")

    assert (0, 1) == (reviewed.apply().status, reviewed.wechat.sent)


@pytest.mark.parametrize("number", [7, None], ids=["pull request", "pushed"])
def test_a_merge_cannot_take_a_rule_away_and_use_that(
    reviewed: Reviewed, number: int | None
) -> None:
    asks(reviewed, POLICY)
    reviewed.merge()
    asks(reviewed, ROWS)
    reviewed.shell.tree.text("notice", content="Other words.", more=OPEN)
    reviewed.shell("lock")
    head = reviewed.merge(number)
    reviewed.refused("1 more approval" if number else "without a merged pull request")

    if number is None:
        return
    reviewed.forge.review(7, "bo", head)
    assert (0, 1) == (reviewed.apply().status, reviewed.wechat.sent)


def test_nor_where_the_rule_was_written_with_an_escape(reviewed: Reviewed) -> None:
    asks(reviewed, f'{ROWS}  "require_\\x61pproval": true\n')
    reviewed.merge()
    asks(reviewed, ROWS)
    reviewed.shell.tree.text("notice", content="Other words.", more=OPEN)
    reviewed.shell("lock")
    reviewed.merge()
    reviewed.refused("1 more approval")


def test_nor_by_an_earlier_commit_of_the_same_pull_request(reviewed: Reviewed) -> None:
    """Merged by rebasing, each commit stands on main by itself."""
    asks(reviewed, TWO)
    base = reviewed.merge(None)
    asks(reviewed, POLICY)
    reviewed.merge(None)
    reviewed.shell.tree.text("notice", content="Other words.", more=OPEN)
    reviewed.shell("lock")
    reviewed.forge.review(7, "bo", reviewed.merge())
    reviewed.forge.bases[7] = base

    reviewed.refused("1 more approval of bo, wu, lin-mei")


def test_a_push_behind_the_approval_is_not_approved_though_the_lock_is_the_same(
    reviewed: Reviewed,
) -> None:
    approved = reviewed.merge(None)
    reviewed.forge.review(7, "bo", approved)
    reviewed.forge.merged[approved], reviewed.forge.bases[7] = 7, approved
    reviewed.forge.heads[7] = "e" * 40
    reviewed.forge.blobs[LOCK, "e" * 40] = reviewed.forge.blobs[LOCK, approved]

    reviewed.refused("at the last commit of pull request 7")


def test_a_squash_merge_holds_what_was_approved_at_the_head(reviewed: Reviewed) -> None:
    squashed = reviewed.merge()
    reviewed.forge.heads[7] = "e" * 40
    reviewed.forge.blobs[LOCK, "e" * 40] = reviewed.forge.blobs[LOCK, squashed]
    reviewed.forge.review(7, "bo", "e" * 40)

    assert (0, 1) == (reviewed.apply().status, reviewed.wechat.sent)


def test_whoever_pushed_into_it_does_not_approve_it(reviewed: Reviewed) -> None:
    head = reviewed.merge()
    reviewed.forge.pushed = [{"after": head, "actor": {"login": "bo"}}]
    reviewed.forge.commit(7, head, "lin-mei")
    reviewed.forge.review(7, "bo", head)

    reviewed.refused("at the last commit of pull request 7")


def test_where_the_policy_before_the_merge_has_faults_nothing_is_sent(reviewed: Reviewed) -> None:
    asks(reviewed, f"{ROWS}  approvals: [{{count: many}}]\n")
    reviewed.merge(None)
    asks(reviewed, ROWS)
    reviewed.shell.tree.text("notice", content="Other words.", more=OPEN)
    reviewed.shell("lock")
    reviewed.merge()

    reviewed.refused("massctl.yaml of commit", "has faults")


def test_what_was_pushed_past_every_pull_request_was_approved_by_nobody(reviewed: Reviewed) -> None:
    reviewed.forge.review(7, "bo", reviewed.merge(None))

    reviewed.refused("its lock came to main without a merged pull request")


def test_what_was_approved_is_the_lock_byte_for_byte(reviewed: Reviewed) -> None:
    """Pushed behind the approval, or written by a merge made by hand."""
    approved = reviewed.merge(None)
    reviewed.forge.review(7, "bo", approved)
    reviewed.shell.tree.text("notice", content="Other words.", more=OPEN)
    reviewed.shell("lock")
    reviewed.merge(7)

    reviewed.refused("at the last commit of pull request 7")


def test_an_old_lock_that_a_merge_by_hand_brings_back_is_not_approved_again(
    reviewed: Reviewed,
) -> None:
    """git's history of the file alone leads to the old pull request."""
    old = reviewed.merge(5)
    reviewed.forge.review(5, "bo", old)
    reviewed.shell.tree.text("notice", content="Corrected words.", more=OPEN)
    reviewed.shell("lock")
    reviewed.forge.review(7, "bo", reviewed.merge(7))
    root = reviewed.shell.root
    by_hand = git(root, "commit-tree", f"{old}^{{tree}}", "-p", "HEAD", "-p", old, "-m", "merge")
    git(root, "push", "-q", "origin", f"{by_hand}:main")
    git(root, "reset", "-q", "--hard", by_hand)
    reviewed.forge.blobs[LOCK, by_hand] = reviewed.forge.blobs[LOCK, old]

    reviewed.refused("without a merged pull request")


def test_a_shallow_checkout_learns_where_the_lock_came_from(
    reviewed: Reviewed, tmp_path: Path
) -> None:
    """A workflow's checkout has one commit, which would seem to have brought everything."""
    reviewed.forge.review(7, "bo", reviewed.merge())
    git(reviewed.shell.root, "commit", "-qm", "later, past every review", "--allow-empty")
    git(reviewed.shell.root, "push", "-q", "origin", "HEAD:main")
    shallow = clone_of(tmp_path / "remote.git", tmp_path / "shallow", "--depth", "1")
    (reviewed.shell.root / "massctl.state.jsonl").rename(shallow / "massctl.state.jsonl")

    said = reviewed.shell("-C", str(shallow), "apply", "--locked", "--yes", "--format", "json")
    assert (0, 1) == (said.status, reviewed.wechat.sent), said


def down(reviewed: Reviewed) -> None:
    reviewed.forge.status = 503


def without_a_token(reviewed: Reviewed) -> None:
    reviewed.shell.env(FORGE_TOKEN="")


@pytest.mark.parametrize(
    ("broken", "word"),
    [(down, "HTTP status 503"), (without_a_token, "FORGE_TOKEN is empty")],
    ids=["down", "token"],
)
def test_a_forge_that_does_not_answer_stops_the_send(
    reviewed: Reviewed, broken: Callable[[Reviewed], None], word: str
) -> None:
    reviewed.forge.review(7, "bo", reviewed.merge())
    broken(reviewed)

    reviewed.refused(
        "nobody knows whether the merge of its lock was approved",
        word,
        "until then nothing is sent",
    )


def test_a_forge_that_is_down_stops_no_staging(reviewed: Reviewed) -> None:
    reviewed.shell.tree.news("letter", more=OPEN)
    reviewed.shell("lock")
    reviewed.merge()
    down(reviewed)
    said = reviewed.apply()

    found = {
        each["name"]: [step["kind"] for step in each["performed"]]
        for each in said.document["campaigns"]
    }
    assert "save_draft" in found["letter"]
    assert (5, 0) == (said.status, reviewed.wechat.sent)


def test_an_approval_that_is_taken_back_meanwhile_stops_the_last_look(reviewed: Reviewed) -> None:
    head = reviewed.merge()
    reviewed.forge.review(7, "bo", head)
    answer, ledger = reviewed.forge._answer, reviewed.shell.root / "massctl.state.jsonl"

    def take_back(method: str, parts: list[str], query: dict[str, str], body: Any) -> Any:
        if parts[-1] == "reviews" and b"send_attempted" in ledger.read_bytes():
            reviewed.forge.review(7, "bo", head, "DISMISSED")
        return answer(method, parts, query, body)

    reviewed.forge._answer = take_back  # type: ignore[method-assign]
    reviewed.refused("at the last commit of pull request 7")
    listed = reviewed.shell("state", "list", "--format", "json").document["entries"]
    assert ["send_attempted", "send_rejected"] == [each["type"] for each in listed][-2:]


def test_a_forge_that_is_away_at_the_last_look_is_asked_again(reviewed: Reviewed) -> None:
    reviewed.forge.review(7, "bo", reviewed.merge())
    answer, ledger, missed = reviewed.forge._answer, reviewed.shell.root / "massctl.state.jsonl", []

    def be_away_once(method: str, parts: list[str], query: dict[str, str], body: Any) -> Any:
        if b"send_attempted" in ledger.read_bytes() and not missed:
            missed.append(parts)
            return None
        return answer(method, parts, query, body)

    reviewed.forge._answer = be_away_once  # type: ignore[method-assign]
    assert (0, 1, 1) == (reviewed.apply().status, reviewed.wechat.sent, len(missed))


def test_where_no_forge_is_known_nothing_is_sent(reviewed: Reviewed) -> None:
    reviewed.named("")
    reviewed.merge()

    reviewed.refused("no forge is known that could be asked", "write `forge:` in massctl.yaml")


def test_a_workflow_knows_its_forge_by_itself(reviewed: Reviewed) -> None:
    reviewed.named("")
    reviewed.shell.env(
        GITHUB_REPOSITORY="house/letters",
        GITHUB_TOKEN=TOKEN,
        GITHUB_API_URL="https://forge.test/api/v4",
    )
    reviewed.forge.review(7, "bo", reviewed.merge())

    assert (0, 1) == (reviewed.apply().status, reviewed.wechat.sent)


def test_a_plan_and_a_rehearsal_ask_no_forge(reviewed: Reviewed) -> None:
    reviewed.merge()

    assert (
        "send_mass" in reviewed.shell("plan").out + reviewed.shell("plan", "--format", "json").out
    )
    assert 0 == reviewed.shell("apply", "notice", "--yes", "--sandbox").status
    assert [] == reviewed.forge.asked


@pytest.mark.parametrize(
    "kept",
    ["  require_lock: true\n", "  branch: main\n", "  require_lock: false\n  branch: main\n"],
)
def test_an_approval_needs_a_lock_and_a_branch(shell: Shell, kept: str) -> None:
    shell.tree.settings(policy=f"{kept}  require_approval: true\n")
    shell.tree.text("notice")

    said = shell("validate")
    assert (1, True) == (said.status, "require_approval needs" in said.out)


def test_approvals_need_them_too_and_as_many_names_as_they_count(shell: Shell) -> None:
    rows = "  approvals: [{count: 2, from: [bo, bo]}]\n"
    shell.tree.settings(policy=rows)
    shell.tree.text("notice")

    said = shell("validate")
    told = ("approvals needs require_lock, branch", "asks for more approvals than it names people")
    assert (1, []) == (said.status, [each for each in told if each not in said.out]), said.out


def test_an_api_without_tls_is_a_fault(shell: Shell) -> None:
    shell.tree.settings(
        state="forge: {kind: gitlab, repository: a/b/c, api: 'http://git.test/api', token_env: T}\n"
    )
    shell.tree.text("notice")

    said = shell("validate")
    assert (1, True) == (said.status, "the address must begin with https://" in said.out)


def test_gitlab_is_asked_where_it_is_named(reviewed: Reviewed) -> None:
    base = git(reviewed.shell.root, "rev-parse", "HEAD")
    gitlab = reviewed.answering = FakeGitLab(members={2: ("active", 40)}, base=base)
    reviewed.named(f"forge: {{kind: gitlab, {NAMED}}}")
    head = reviewed.merge()
    gitlab.blobs[LOCK, head] = reviewed.forge.blobs[LOCK, head]
    gitlab.merge(3, head, (head, "2026-11-30T01:00:00Z"))
    reviewed.refused("this lock lacks approvals at the last commit of pull request 3", "GitLab")
    gitlab.approve(3, 2, "2026-11-30T02:00:00Z")

    assert (0, 1) == (reviewed.apply().status, reviewed.wechat.sent)


BARE = "  require_preview: false\n"
"""A policy that asks for nothing."""
OTHER = "forge: {kind: gitlab, repository: a/b, api: 'https://other.test/api/v4', token_env: FORGE_TOKEN}"


def letter(reviewed: Reviewed, content: str = "Other words.") -> None:
    """Write another letter, and its lock."""
    reviewed.shell.tree.text("notice", content=content, more=OPEN)
    assert 0 == reviewed.shell("lock").status


@pytest.mark.parametrize("left", [BARE, "  require_lock: true\n", "  branch: main\n"])
def test_a_merge_cannot_take_the_lock_or_the_branch_away_with_the_rows(
    reviewed: Reviewed, left: str
) -> None:
    asks(reviewed, POLICY)
    reviewed.merge()
    asks(reviewed, left)
    letter(reviewed)
    head = reviewed.merge()
    reviewed.refused("at the last commit of pull request 7: 1 more approval")

    reviewed.forge.review(7, "bo", head)
    assert (0, 1) == (reviewed.apply().status, reviewed.wechat.sent)


@pytest.mark.parametrize("left", [BARE, ROWS])
def test_nor_where_each_commit_of_it_stands_on_main(reviewed: Reviewed, left: str) -> None:
    asks(reviewed, POLICY)
    base = reviewed.merge(None)
    asks(reviewed, left)
    reviewed.merge(None)
    letter(reviewed)
    head = reviewed.merge()
    reviewed.forge.bases[7] = base
    reviewed.refused("at the last commit of pull request 7: 1 more approval")

    reviewed.forge.review(7, "bo", head)
    assert (0, 1) == (reviewed.apply().status, reviewed.wechat.sent)


@pytest.mark.parametrize("by_hand", [False, True])
def test_nor_leave_out_the_lock_that_would_be_approved(reviewed: Reviewed, by_hand: bool) -> None:
    """A lock whose digest was written by hand shows reviewers something else than what is sent."""
    asks(reviewed, POLICY)
    reviewed.forge.review(7, "bo", reviewed.merge())
    before = reviewed.shell.tree.read(LOCK)
    asks(reviewed, BARE)
    letter(reviewed)
    written = reviewed.shell.tree.read(LOCK).split('"digest": "')[1][:71]
    digest = before.split('"digest": "')[1][:71]
    reviewed.shell.tree.write(LOCK, before.replace(digest, written) if by_hand else before)
    reviewed.merge(8)

    said = reviewed.shell("apply", "--yes", "--format", "json")
    (campaign,) = said.document["campaigns"]
    assert ["approvals_missing"] == [each["guard"] for each in campaign["refusals"]]
    assert "no committed lock is what would be sent" in campaign["refusals"][0]["message"]
    assert 0 == reviewed.wechat.sent


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_a_plan_names_what_will_be_asked_for(reviewed: Reviewed, form: str) -> None:
    """On a forge whose jobs cannot hold a merge back it is all that reviewers see of it."""
    asks(reviewed, TWO)
    reviewed.merge()
    said = " ".join(reviewed.shell("plan", "--format", form).out.split())

    asked = "2 approvals of bo, wu, lin-mei (every send needs it, it goes to everybody)"
    assert asked in said, said


def test_a_rule_that_an_earlier_pull_request_took_away_asks_for_nothing(reviewed: Reviewed) -> None:
    asks(reviewed, POLICY)
    reviewed.merge(5)
    asks(reviewed, BARE)
    reviewed.merge(6)
    letter(reviewed)
    reviewed.merge()

    assert (0, 1) == (reviewed.apply().status, reviewed.wechat.sent)


def test_where_no_rule_ever_bound_a_merge_no_forge_is_asked(reviewed: Reviewed) -> None:
    asks(reviewed, BARE)
    reviewed.merge()
    down(reviewed)

    assert (0, 1, []) == (reviewed.apply().status, reviewed.wechat.sent, reviewed.forge.asked)


@pytest.mark.parametrize("apart", [False, True], ids=["with the lock", "a commit before it"])
@pytest.mark.parametrize("policy", [POLICY, BARE])
def test_a_merge_cannot_choose_who_answers(reviewed: Reviewed, apart: bool, policy: str) -> None:
    """Refused before a request is made: the token would go to whom it names."""
    asks(reviewed, POLICY)
    base = reviewed.merge(5)
    asks(reviewed, policy)
    reviewed.named(OTHER)
    if apart:
        reviewed.merge(7)
    letter(reviewed)
    reviewed.forge.review(7, "bo", reviewed.merge(7))
    reviewed.forge.bases[7] = base

    reviewed.refused("named another forge before", "the remote origin is not a/b at that of today")
    assert [] == reviewed.forge.asked


def test_a_forge_that_has_the_repository_of_the_remote_is_believed(
    reviewed: Reviewed, tmp_path: Path
) -> None:
    """Who moves to another forge changes the address of the remote, which no commit does."""
    reviewed.merge(5)
    reviewed.named(f"forge: {{kind: github, {NAMED}}}".replace("forge.test", "new.test"))
    letter(reviewed)
    reviewed.forge.review(7, "bo", reviewed.merge(7))
    reviewed.refused("named another forge before")

    root, remote = reviewed.shell.root, str(tmp_path / "remote.git")
    git(root, "config", "remote.origin.url", "https://new.test/House/letters.git")
    git(root, "config", f"url.{remote}.insteadOf", "https://new.test/House/letters.git")
    assert (0, 1) == (reviewed.apply().status, reviewed.wechat.sent)


def test_where_a_merge_takes_the_forge_away_the_one_before_is_asked(reviewed: Reviewed) -> None:
    asks(reviewed, POLICY)
    reviewed.merge(5)
    asks(reviewed, BARE)
    reviewed.named("")
    letter(reviewed)
    head = reviewed.merge(7)
    reviewed.refused("at the last commit of pull request 7: 1 more approval")

    reviewed.forge.review(7, "bo", head)
    assert (0, 1) == (reviewed.apply().status, reviewed.wechat.sent)


def test_where_no_forge_ever_was_named_a_rule_that_was_taken_away_still_counts(
    reviewed: Reviewed,
) -> None:
    """Nobody tells whether the commits came by one pull request."""
    asks(reviewed, POLICY)
    reviewed.named("")
    reviewed.merge(None)
    asks(reviewed, BARE)
    reviewed.named("")
    reviewed.merge(None)
    letter(reviewed)
    reviewed.merge()

    reviewed.refused("no forge is known that could be asked")


def test_a_rebase_merge_holds_what_was_approved_at_the_head(reviewed: Reviewed) -> None:
    """Its commits are new ones on main, and the lock came by an earlier one than the last."""
    brought = reviewed.merge()
    reviewed.shell.tree.write("notes.txt", "later in the same pull request\n")
    reviewed.merge(None)
    reviewed.forge.heads[7] = "e" * 40
    reviewed.forge.review(7, "bo", "e" * 40)
    reviewed.refused("at the last commit of pull request 7")

    reviewed.forge.blobs[LOCK, "e" * 40] = reviewed.forge.blobs[LOCK, brought]
    assert (0, 1) == (reviewed.apply().status, reviewed.wechat.sent)


def test_the_pull_request_counts_that_has_what_each_row_asks_for(reviewed: Reviewed) -> None:
    """One commit may have come by two; another one may have more approvals of people who are not named."""
    asks(reviewed, f"{ROWS}  approvals: [{{count: 1, from: [bo]}}]\n")
    head = reviewed.merge()
    (pull,) = reviewed.forge._brought(head)
    reviewed.forge.pulls_merged = [{**pull, "number": 8}, pull]
    reviewed.forge.permissions |= {"wu": "write", "chen": "write"}
    for number, login in ((8, "wu"), (8, "chen")):
        reviewed.forge.review(number, login, head)
    reviewed.refused("of pull request 8: 1 more approval of bo")

    reviewed.forge.review(7, "bo", head)
    assert (0, 1) == (reviewed.apply().status, reviewed.wechat.sent)


def listing(unlisted: str, *hosts: str) -> str:
    """Write a policy that lists hosts."""
    return f"{ROWS}  destinations: {{unlisted: {unlisted}, hosts: [{', '.join(hosts)}]}}\n"


LEADS = "Come to https://own.example.cn/x today."


def test_a_merge_cannot_list_its_own_host_and_drop_the_review_of_what_is_new(
    reviewed: Reviewed,
) -> None:
    asks(reviewed, listing("review"))
    reviewed.merge(5)
    asks(reviewed, listing("refuse", "own.example.cn"))
    letter(reviewed, LEADS)
    reviewed.merge()

    said = reviewed.refused(
        "1 more approval (a new destination that policy.destinations does not list)"
    )
    assert "pull request 7" in said["message"]


@pytest.mark.parametrize("apart", [False, True], ids=["with the lock", "a commit before it"])
@pytest.mark.parametrize("left", ["refuse", "allow"])
def test_nor_list_it_where_what_is_not_listed_is_refused(
    reviewed: Reviewed, left: str, apart: bool
) -> None:
    asks(reviewed, listing("refuse", "example.com"))
    base = reviewed.merge(5)
    asks(reviewed, listing(left, "example.com", "own.example.cn"))
    if apart:
        reviewed.merge(7)
    letter(reviewed, LEADS)
    reviewed.merge()
    reviewed.forge.bases[7] = base
    before = reviewed.wechat.sent

    (campaign,) = reviewed.apply().document["campaigns"]
    assert ["destination_unlisted"] == [each["guard"] for each in campaign["refusals"]]
    assert before == reviewed.wechat.sent


def test_what_an_earlier_pull_request_listed_is_known(reviewed: Reviewed) -> None:
    asks(reviewed, listing("refuse"))
    reviewed.merge(5)
    asks(reviewed, listing("refuse", "own.example.cn"))
    reviewed.merge(6)
    letter(reviewed, LEADS)
    reviewed.merge()

    assert (0, 1) == (reviewed.apply().status, reviewed.wechat.sent)


def test_a_login_in_other_letters_is_no_second_person(shell: Shell) -> None:
    shell.tree.settings(policy=f"{ROWS}  approvals: [{{count: 2, from: [Wang, wang]}}]\n")
    shell.tree.text("notice")

    said = shell("validate")
    assert (1, True) == (said.status, "asks for more approvals than it names people" in said.out)


@pytest.mark.parametrize("forge", [OTHER, f"forge: {{kind: github, {NAMED}}}"])
def test_a_forge_that_a_merge_chose_is_told_nothing_either(reviewed: Reviewed, forge: str) -> None:
    """A comment on a send would carry the token to it."""
    reviewed.merge(5)
    reviewed.named(forge)
    head = reviewed.merge(7)
    reviewed.forge.newest = head
    stopped = {(CampaignName("notice"), 1): ()}

    with session(str(reviewed.shell.root), environment={**os.environ, "FORGE_TOKEN": TOKEN}) as now:
        if forge == OTHER:
            with pytest.raises(ForgeError, match="named another forge before"):
                report_sends(now, 0, stopped, now.environment, reviewed.forge)
            assert [] == reviewed.forge.asked
        else:
            assert [7] == report_sends(now, 0, stopped, now.environment, reviewed.forge)


def test_a_cell_is_sent_where_the_merge_of_its_part_was_approved(reviewed: Reviewed) -> None:
    """Approvals count for the lock file of all cells; another cell's part that is edited here does not stop it."""
    west = "  west: {appid: wx0000000000000002, secret_env: WEST, kind: service}\n"
    reviewed.shell.tree.settings(
        policy=POLICY, account=west, state=f"forge: {{kind: github, {NAMED}}}\n"
    )
    assert 0 == reviewed.shell("state", "init").status
    cells = (
        "{name: east, account: main, audience: {is_to_all: true}}, "
        "{name: west, account: west, audience: {tag_id: %s}}"
    )
    file = (
        f"version: 1\ntitle: 改时间\nmatrix: [{cells}]\n{OPEN}text: {{content: 周日改到十点半。}}\n"
    )
    reviewed.shell.tree.write("campaigns/notice/campaign.yaml", file % "100")
    assert 0 == reviewed.shell("lock").status
    head = reviewed.merge()
    refused = reviewed.apply("notice@east").document["campaigns"][0]["refusals"]
    assert ["approvals_missing"] == [each["guard"] for each in refused]
    reviewed.forge.review(7, "bo", head)
    reviewed.shell.tree.write("campaigns/notice/campaign.yaml", file % "102")
    assert 0 == reviewed.shell("lock", "notice@west").status
    said = reviewed.shell("plan", "--format", "json").document["campaigns"]
    assert {"notice@west": ["lock_uncommitted"], "notice@east": []} == {
        each["name"]: [refusal["guard"] for refusal in each["refusals"]] for each in said
    }
    git(reviewed.shell.root, "checkout", "-q", "--", "campaigns")
    done = reviewed.apply("notice@east")
    assert (0, 1) == (done.status, reviewed.wechat.sent), done.out
