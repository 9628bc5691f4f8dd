"""What was judged is what is sent: files, commits and locks that change while a run waits or a person thinks."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cli_runner import NOON, SENDALL, Shell, lost
from gits import ENVIRONMENT, clone_of, git, remote_at
from real_wechat import RealWechat, wechat
from repositories import png, window
from said import Said

__all__ = ["wechat"]

OPEN = window("2026-12-01T11:00:00+08:00", "2026-12-01T14:00:00+08:00")
LOST = lost(SENDALL, "request_lost", times=1)


def guards(said: Said, name: str) -> list[str]:
    """Name the guards that refuse a campaign."""
    (campaign,) = [each for each in said.document["campaigns"] if each["name"] == name]
    return [each["guard"] for each in campaign["refusals"]]


class House:
    """A clone whose campaigns are on main, with a ledger that everybody who clones it learns of."""

    def __init__(self, shell: Shell, wechat: RealWechat, remote: Path) -> None:
        self.shell, self.wechat, self.remote = shell, wechat, remote

    def push(self) -> str:
        """Bring what is in the folder to main."""
        git(self.shell.root, "add", "-A")
        git(self.shell.root, "commit", "-qm", "merge", "--allow-empty")
        git(self.shell.root, "push", "-q", "origin", "HEAD:main")
        return git(self.shell.root, "rev-parse", "HEAD")

    def begin(self, policy: str = "") -> None:
        """Begin the ledger, and push everything."""
        self.shell.tree.settings(policy=policy)
        assert 0 == self.shell("state", "init").status
        self.push()

    def elsewhere(self, change: Callable[[Path], object]) -> None:
        """Let somebody change files in another clone and push to main."""
        other = clone_of(self.remote, self.remote.parent / "other")
        change(other)
        git(other, "add", "-A")
        git(other, "commit", "-qm", "another merge")
        git(other, "push", "-q", "origin", "HEAD:main")

    def pull(self) -> None:
        git(self.shell.root, "pull", "-q", "--ff-only", "origin", "main")

    def apply(self, *more: str, typed: str | None = None) -> Said:
        return self.shell("apply", *more, "--format", "json", typed=typed)

    def meanwhile(self, happens: Callable[[], object]) -> None:
        """Let something happen in the first second in which massctl waits; no real time passes."""
        now, left = [NOON], [happens]

        def sleep(_: object, seconds: float) -> None:
            now[0] += timedelta(seconds=seconds)
            self.shell.set_time(now[0])
            self.wechat.later(seconds)
            if left:
                left.pop()()

        self.shell.monkeypatch.setattr("massctl.cli.clocks.MachineClock.sleep", sleep)

    def at_the_question(self, happens: Callable[[], object]) -> list[str]:
        """Let something happen when a person is first asked, who then says yes, now and always."""
        asked: list[str] = []

        def answer(_: object, question: "object") -> bool:
            asked.append(question.campaign)  # type: ignore[attr-defined]
            if len(asked) == 1:
                happens()
            return True

        self.shell.monkeypatch.setattr("massctl.cli.consent.AskOnTerminal.__call__", answer)
        return asked

    @property
    def sent(self) -> list[str | None]:
        """The words that followers got."""
        return self.wechat.words


@pytest.fixture
def house(shell: Shell, wechat: RealWechat, tmp_path: Path) -> House:
    made = House(shell, wechat, remote_at(tmp_path / "remote.git"))
    shell.env(**ENVIRONMENT)
    clone_of(made.remote, tmp_path / "clone")
    (tmp_path / "clone" / ".git").rename(shell.root / ".git")
    shell.tree.write(".gitignore", ".massctl/\nmassctl.state.*\n")
    return made


BRANCH = "  branch: main\n"


@pytest.mark.parametrize("policy", ["", BRANCH], ids=["no branch", "branch"])
def test_a_campaign_that_is_cancelled_while_another_is_waited_for_is_not_sent(
    house: House, policy: str
) -> None:
    house.shell.tree.text("aa", content="甲", more=OPEN)
    house.shell.tree.text("bb", content="乙", more=OPEN)
    house.begin(policy)

    def cancel(other: Path) -> None:
        git(other, "rm", "-qr", "campaigns/bb")

    def merge_and_pull() -> None:
        house.elsewhere(cancel)
        house.pull()

    house.wechat.faults(LOST)
    house.meanwhile(merge_and_pull)
    said = house.apply("--yes")
    assert "sources_changed" in guards(said, "bb")
    assert "乙" not in house.sent


@pytest.mark.parametrize(
    "policy", ["", BRANCH, "  require_lock: true\n"], ids=["no branch", "branch", "lock"]
)
def test_a_yes_is_for_what_was_shown(house: House, policy: str) -> None:
    """The next question shows the new price; the first yes sends nothing."""
    house.shell.tree.text("sale", content="原价 199", more=OPEN)
    house.begin(policy)
    if "lock" in policy:
        house.shell("lock")
        house.push()

    def reprice(other: Path) -> None:
        file = other / "campaigns/sale/campaign.yaml"
        file.write_text(file.read_text(encoding="utf-8").replace("199", "99"), encoding="utf-8")
        (other / "campaigns/sale/campaign.lock.json").unlink(missing_ok=True)

    def merge_and_pull() -> None:
        house.elsewhere(reprice)
        house.pull()

    asked = house.at_the_question(merge_and_pull)
    house.apply(typed="")
    assert "原价 199" not in house.sent
    assert (["原价 99"] if "lock" not in policy else []) == house.sent
    assert (["sale", "sale"] if "lock" not in policy else ["sale"]) == asked


def test_the_ledger_names_the_commit_that_was_judged(house: House) -> None:
    house.shell.tree.text("notice", more=OPEN)
    house.begin(BRANCH)
    judged = git(house.shell.root, "rev-parse", "HEAD")
    assert 0 == house.apply("--yes").status
    listed = house.shell("state", "list", "--format", "json").document["entries"]
    assert [judged] == [each["commit"] for each in listed if each["type"] == "send_attempted"]


def test_another_commit_under_the_run_refuses_also_where_no_file_of_the_campaign_changed(
    house: House,
) -> None:
    house.shell.tree.text("notice", more=OPEN)
    house.begin(BRANCH)
    house.wechat.faults(LOST)

    def merge_and_pull() -> None:
        house.elsewhere(lambda other: (other / "README.md").write_text("x", encoding="utf-8"))
        house.pull()

    house.meanwhile(merge_and_pull)
    said = house.apply("--yes")
    assert (4, ["sources_changed"], []) == (said.status, guards(said, "notice"), house.sent)
    assert 0 == house.apply("--yes").status
    assert 1 == len(house.sent)


def test_a_new_picture_in_the_first_of_two_places_changes_the_message(house: House) -> None:
    """`images/rain.png` is looked for beside the article first, then in the campaign's folder."""
    tree = house.shell.tree
    tree.news("letter", more=OPEN, body="![雨](images/rain.png)\n")
    tree.write("campaigns/letter/images/rain.png", png((1, 2, 3)))
    house.begin()
    house.wechat.faults(LOST)
    house.meanwhile(lambda: tree.write("campaigns/letter/articles/images/rain.png", png((9, 9, 9))))
    said = house.apply("--yes")
    assert (4, ["sources_changed"]) == (said.status, guards(said, "letter"))


def hide(house: House) -> None:
    """A list that git ignores was reviewed by nobody."""
    house.shell.tree.write(".gitignore", ".massctl/\nmassctl.state.*\nlists/\n")


def assume(house: House) -> None:
    git(house.shell.root, "update-index", "--assume-unchanged", "campaigns/few/lists/few.txt")
    house.shell.tree.write(
        "campaigns/few/lists/few.txt", "".join(f"oSAMPLE{n:021}\n" for n in (3, 4))
    )


@pytest.mark.parametrize("how", [hide, assume])
def test_a_file_that_the_tip_does_not_hold_is_not_at_the_tip(
    house: House, how: Callable[[House], None]
) -> None:
    tree = house.shell.tree
    if how is hide:
        hide(house)
    tree.text("few", more=OPEN)
    yaml = tree.read("campaigns/few/campaign.yaml")
    tree.write(
        "campaigns/few/campaign.yaml", yaml.replace("is_to_all: true", "openids: lists/few.txt")
    )
    tree.write("campaigns/few/lists/few.txt", "".join(f"oSAMPLE{n:021}\n" for n in (1, 2)))
    house.begin(BRANCH)
    if how is assume:
        assume(house)
    said = house.apply("--yes")
    assert (5, ["not_at_tip"], []) == (said.status, guards(said, "few"), house.sent)
    assert "campaigns/few/lists/few.txt" in said.document["campaigns"][0]["refusals"][0]["message"]


def test_a_file_of_a_submodule_is_not_at_the_tip(house: House, tmp_path: Path) -> None:
    tree = house.shell.tree
    tree.text("few", more=OPEN)
    yaml = tree.read("campaigns/few/campaign.yaml")
    tree.write(
        "campaigns/few/campaign.yaml",
        yaml.replace("is_to_all: true", "openids: _shared/lists/few.txt"),
    )
    sub = tree.root / "campaigns/_shared/lists"
    sub.mkdir(parents=True)
    git(sub, "init", "-q")
    (sub / "few.txt").write_text("".join(f"oSAMPLE{n:021}\n" for n in (1, 2)), encoding="utf-8")
    git(sub, "add", "few.txt")
    git(sub, "commit", "-qm", "list")
    house.begin(BRANCH)
    git(tree.root, "config", "submodule.campaigns/_shared/lists.ignore", "all")
    git(tree.root, "config", "diff.ignoreSubmodules", "all")
    (sub / "few.txt").write_text("".join(f"oSAMPLE{n:021}\n" for n in (3, 4)), encoding="utf-8")
    said = house.apply("--yes")
    assert (5, ["not_at_tip"], []) == (said.status, guards(said, "few"), house.sent)


def test_while_a_person_thinks_others_may_send(house: House) -> None:
    house.shell.tree.text("aa", content="甲", more=OPEN)
    house.shell.tree.text("bb", content="乙", more=OPEN)
    house.begin()
    found: list[Said] = []
    house.at_the_question(lambda: found.append(house.apply("bb", "--yes")))
    said = house.apply(typed="")
    assert ([0], 0) == ([each.status for each in found], said.status)
    assert ["乙", "甲"] == house.sent


def test_an_answer_that_comes_after_the_window_sends_nothing(house: House) -> None:
    house.shell.tree.text("aa", more=OPEN)
    house.begin()
    house.at_the_question(lambda: house.shell.set_time(NOON + timedelta(hours=3)))
    said = house.apply(typed="")
    assert (5, ["expired"], []) == (said.status, guards(said, "aa"), house.sent)


def test_a_question_about_a_withdrawal_keeps_nobody_from_the_ledger(house: House) -> None:
    house.shell.tree.news("aa", more=OPEN)
    house.shell.tree.text("bb", content="乙", more=OPEN)
    house.begin()
    assert 0 == house.apply("aa", "--yes").status
    house.wechat.later(600)
    assert 0 == house.shell("status").status
    found: list[int] = []

    def answer(*_: object) -> bool:
        found.append(house.apply("bb", "--yes").status)
        return True

    house.shell.monkeypatch.setattr("massctl.cli.commands.withdraw.said_yes", answer)
    said = house.shell("withdraw", "aa", "--all", typed="")
    assert ([0], 0, [None, "乙"]) == (found, said.status, house.sent)


def test_a_yes_to_a_withdrawal_is_for_what_was_shown(house: House) -> None:
    house.shell.tree.news("aa", more=OPEN)
    house.begin()
    assert 0 == house.apply("--yes").status
    house.wechat.later(600)
    assert 0 == house.shell("status").status

    def answer(*_: object) -> bool:
        assert 0 == house.shell("withdraw", "aa", "--all", "--yes").status
        return True

    house.shell.monkeypatch.setattr("massctl.cli.commands.withdraw.said_yes", answer)
    said = house.shell("withdraw", "aa", "--all", typed="")
    assert (5, True) == (said.status, "has changed since you said yes" in said.err)
