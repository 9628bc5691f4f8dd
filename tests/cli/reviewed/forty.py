"""Forty campaigns of three accounts: what each is, written down as one table, and told in five runs."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from shutil import rmtree
from typing import Any, Final

from cli_runner import SENDALL, Shell, lost
from repositories import cover, png, window
from said import Said

from massctl.cli.embedded_sandbox import Embedded
from massctl.model.campaign import Audience
from massctl.sandbox.media import sniffed
from massctl.sandbox.request import Refusal

ACCOUNTS: Final = {
    "bridge": "wxb000000000000001",
    "main": "wx0123456789abcdef",
    "tea": "wxt000000000000003",
}
SETTINGS: Final = "version: 1\nlanguage: en\naccounts:\n" + "".join(
    f"  {name}: {{appid: {appid}, secret_env: SECRET, kind: service}}\n"
    for name, appid in ACCOUNTS.items()
)
UNKNOWN_TAG: Final = 404


def at(hours: str) -> str:
    """Give a window of this Tuesday, or of another day: `11:00-13:00`, `2026-12-11 11:00-13:00`."""
    day, _, span = hours.rpartition(" ")
    first, _, last = span.partition("-")
    return window(
        f"{day or '2026-12-01'}T{first}:00+08:00", f"{day or '2026-12-01'}T{last}:00+08:00"
    )


@dataclass(frozen=True)
class Kind:
    """A campaign that every account has; all but its content is the same in the three."""

    name: str
    news: bool
    to: str
    hours: str | None
    more: str = ""
    own_picture: bool = False

    def lines(self, account: str) -> str:
        """Write its campaign.yaml."""
        head = f"version: 1\naccount: {account}\naudience: {{{self.to}}}\n{at(self.hours) if self.hours else ''}"
        if not self.news:
            return f'{head}{self.more}text: {{content: "{self.name}，周日见"}}\n'
        article = f"    - {{title: {self.name}, content: main.md, cover: cover.png}}\n"
        return f"{head}{self.more}mpnews:\n  articles:\n{article}"


PREVIEW: Final = "preview: {towxname: [editor_lin]}\n"
KINDS: Final = (
    Kind("due-1", True, "tag_id: 101", "11:00-13:00", PREVIEW),
    Kind("due-2", True, "tag_id: 102", "11:00-14:00", own_picture=True),
    Kind("due-3", False, "tag_id: 103", "10:00-12:30"),
    Kind("due-4", False, "is_to_all: true", "11:00-15:00"),
    Kind("soon", True, "tag_id: 101", "16:00-17:00", PREVIEW),
    Kind("far", True, "tag_id: 101", "2026-12-11 11:00-13:00", PREVIEW),
    Kind("late", False, "tag_id: 101", "08:00-09:00"),
    Kind("late-news", True, "tag_id: 101", "08:00-09:30"),
    Kind("nameless", True, "tag_id: 101", None),
    Kind("nameless-text", False, "tag_id: 101", None),
    Kind("crowd", True, "tag_id: 104, expect: {max: 5}", "11:00-16:00"),
    Kind("bad-key", False, "tag_id: 101", "11:00-13:00", "surprise: 1\n"),
    Kind("bad-body", True, "tag_id: 101", "11:00-13:00"),
)
"""Thirteen of each account, and one whose tag nobody knows."""
BAD_BODIES: Final = {
    "bridge": "{{ undefined_name }}",
    "main": "![无](none.png)",
    "tea": "<script>1</script>",
}
IN_DOUBT: Final = "main-due-1"
"""Its answer is lost."""
OWN: Final = (1, 2, 3)
NO_UPLOAD: Final = "tea-due-2"
"""Its picture fails."""


def names(*kinds: str, accounts: tuple[str, ...] = tuple(ACCOUNTS)) -> set[str]:
    """Give the campaigns of some kinds."""
    return {f"{account}-{kind}" for account in accounts for kind in kinds}


def write_forty(shell: Shell) -> None:
    """Write the repository. Covers are equal bytes in files of their own; one picture is shared by all."""
    shell.tree.write("massctl.yaml", SETTINGS)
    shell.tree.write("campaigns/_shared/footer.png", png((240, 240, 200)))
    for account in ACCOUNTS:
        for kind in KINDS:
            _write(shell, account, kind)
    _write(shell, "main", Kind("tagless", True, f"tag_id: {UNKNOWN_TAG}", "11:00-17:00"))


def _write(shell: Shell, account: str, kind: Kind) -> None:
    folder = f"campaigns/{account}-{kind.name}"
    shell.tree.write(
        f"{folder}/campaign.yaml", kind.lines(account).replace("main.md", _body_file(account, kind))
    )
    if not kind.news:
        return
    own = "![自己的](own.png)\n" if kind.own_picture and account == "tea" else ""
    body = BAD_BODIES[account] if kind.name == "bad-body" else f"{kind.name}，{account}。\n\n{own}"
    shell.tree.write(
        f"{folder}/{_body_file(account, kind)}", f"{body}\n\n![页脚](_shared/footer.png)\n"
    )
    shell.tree.write(f"{folder}/cover.png", cover((200, 80, 60)))
    if own:
        shell.tree.write(f"{folder}/own.png", png(OWN))


def _body_file(account: str, kind: Kind) -> str:
    return "main.md.j2" if kind.name == "bad-body" and account == "bridge" else "main.md"


@dataclass
class Story:
    """What was said, and what the sandbox had received after each run."""

    plan: Said
    runs: list[Said] = field(default_factory=list)
    reports: list[dict[str, Any]] = field(default_factory=list)

    def campaigns(self, run: int) -> dict[str, dict[str, Any]]:
        """Give a run's campaigns by name."""
        return {each["name"]: each for each in self.runs[run].document["campaigns"]}

    def having(self, run: int, **wanted: object) -> set[str]:
        """Give the names of a run's campaigns with these values."""
        found = self.campaigns(run).items()
        return {
            name for name, each in found if all(each[key] == value for key, value in wanted.items())
        }

    def refused(self, run: int, guard: str) -> set[str]:
        """Give the names of a run's campaigns that a guard refuses."""
        found = self.campaigns(run).items()
        return {
            name
            for name, each in found
            if guard in [refusal["guard"] for refusal in each["refusals"]]
        }

    def new_calls(self, run: int) -> dict[str, int]:
        """Count the requests that a run made, by the last part of their path."""
        before = self.reports[run - 1]["calls"] if run else {}
        counts = {
            path: each["count"] - before.get(path, {}).get("count", 0)
            for path, each in self.reports[run]["calls"].items()
        }
        return {path.removeprefix("/cgi-bin/"): count for path, count in counts.items() if count}

    def did(self, run: int, step: str) -> list[str]:
        """Give the addresses of a run's steps of one kind, in order."""
        found = self.runs[run].document["campaigns"]
        return [
            done["address"] for each in found for done in each["performed"] if done["kind"] == step
        ]


def _busy_with_the_own_picture(data: bytes) -> str:
    """Pictures of a campaign are uploaded side by side, so a number does not name one."""
    if data == png(OWN):
        raise Refusal(-1)
    return sniffed(data)


def tell(shell: Shell) -> Story:
    """Plan, and apply: with two faults, without, once more, and twice without those that have to ask each time."""
    write_forty(shell)
    ensure = Embedded.ensure_audiences

    def knows_no_such_tag(
        self: Embedded, wanted: Iterable[tuple[str, Audience, str]]
    ) -> set[tuple[str, int | str]]:
        return ensure(self, [each for each in wanted if each[1].tag_id != UNKNOWN_TAG])

    shell.monkeypatch.setattr(Embedded, "ensure_audiences", knows_no_such_tag)
    story = Story(shell("plan", "--sandbox", "--format", "json"))
    # Four sends of `bridge` and one of `main` come first.
    shell.faults(lost(SENDALL, nth=6))
    for more in (["--no-wait"], [], []):
        with shell.monkeypatch.context() as patch:
            if not story.runs:
                patch.setattr("massctl.sandbox.media.sniffed", _busy_with_the_own_picture)
            story.runs.append(shell("apply", "--sandbox", "--yes", "--format", "json", *more))
        story.reports.append(shell.report())
        shell.control("faults", {"clear": True})
        shell.control("advance", {"seconds": 120})
    for name in (*names("crowd"), "main-tagless"):
        rmtree(shell.root / "campaigns" / name)
    for _ in range(2):
        story.runs.append(shell("apply", "--sandbox", "--yes", "--format", "json"))
        story.reports.append(shell.report())
    return story
