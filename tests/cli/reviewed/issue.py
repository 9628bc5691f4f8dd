"""One campaign with everything a campaign may have, reviewed in one of three ways, and then carried out.

It talks to massctl as a person does, and believes only the sandbox's own books about what left.
"""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
from cli_runner import NOON, Shell
from repositories import APPID, cover, png
from said import Said

from massctl.sandbox.embedded import open_world

NAME: Final = "letter"
HOME: Final = f"campaigns/{NAME}"
YAML: Final = f"{HOME}/campaign.yaml"
LOCK: Final = f"{HOME}/campaign.lock.json"
MAIN: Final = f"{HOME}/articles/main.md.j2"
CARD: Final = f"{HOME}/articles/card.html"
MACROS: Final = "campaigns/_shared/macros.md.j2"

SETTINGS: Final = """\
# 谁发、怎么发
version: 1
language: en
accounts:
  main:
    appid: wx0123456789abcdef
    secret_env: WECHAT_MAIN_SECRET
    kind: service
policy:
  require_lock: {require_lock}
"""
CAMPAIGN: Final = """\
# 十二月的信
version: 1
title: 秋日来信
account: main
audience:
  tag_id: 101
  expect: {min: 10, max: 500}
send:
  not_before: 2026-12-01T11:00:00+08:00
  not_after: 2026-12-01T13:00:00+08:00
preview: {towxname: [editor_lin]}
vars: {price: 1999, place: 河堤}
mpnews:
  articles:
    - title: "第一封信，{{ price }} 元"
      author: 编辑部
      content: articles/main.md.j2
      cover: {file: images/cover.png, crop_235_1: 0_0_1_1}
      content_source_url: https://example.com/walks
      need_open_comment: true
      vars: {greeting: 早}
    - title: 路线卡
      author: 编辑部
      content: articles/card.html
      cover: _shared/images/stamp.png
"""
FILES: Final[dict[str, str | bytes]] = {
    YAML: CAMPAIGN,
    MAIN: '{% extends "_shared/letter.md.j2" %}\n{% import "_shared/macros.md.j2" as shared %}\n'
    "{% block body %}\n## {{ greeting }}\n\n{{ shared.hello(place) }}，门票 {{ price }} 元。\n\n"
    "![河堤](../images/river.png)\n\n![路牌](images/sign.png)\n\n报名在[这里](https://example.com/join)。\n\n"
    '{% include "parts/route.md.j2" %}\n{% endblock %}\n',
    f"{HOME}/parts/route.md.j2": "从西门出发，走到桥上。\n",
    CARD: '<section style="background:url(../images/band.png)"><p>正面是路，背面是图。</p></section>\n'
    '<p><img src="_shared/images/footer.png"></p>\n',
    MACROS: "{% macro hello(place) %}今天在{{ place }}见{% endmacro %}\n",
    "campaigns/_shared/letter.md.j2": "{% block body %}{% endblock %}\n\n不赶路步行社\n",
    f"{HOME}/images/cover.png": cover((200, 80, 60)),
    f"{HOME}/images/river.png": png((60, 120, 200)),
    f"{HOME}/images/band.png": png((90, 90, 90)),
    f"{HOME}/images/sign.png": png((30, 30, 90)),
    "campaigns/_shared/images/stamp.png": png((20, 140, 60)),
    "campaigns/_shared/images/footer.png": png((240, 240, 200)),
}
TEMPLATES: Final = tuple(path for path in FILES if path.endswith((".j2", ".html")))
MODES: Final = ("policy", "flag", "plan")
"""A lock and `policy.require_lock`; a lock and `apply --locked`; a saved plan."""
WAYS: Final = ("policy", "plan")
"""One of those that compare a lock, and the plan: for what is compared, `--locked` is the policy of one run."""
LOCKED_STEPS: Final = Counter(
    upload_image=4, add_material=2, save_draft=1, send_preview=1, send_mass=1
)

LEFT: Final = ("uploads", "materials", "drafts", "previews", "jobs")
"""What the sandbox's books call what can be seen by anybody."""

Files = dict[str, bytes]


@dataclass
class Issue:
    """The repository `campaigns/letter`, and what happened to it in the sandbox."""

    shell: Shell
    mode: str
    plan_file: str = "reviewed.json"
    _before: Files = field(default_factory=dict)

    def begin(self) -> None:
        """Write the repository."""
        required = str(self.mode == "policy").lower()
        for path, content in {
            "massctl.yaml": SETTINGS.format(require_lock=required),
            **FILES,
        }.items():
            self.shell.tree.write(path, content)

    def review(self) -> None:
        """Do what a colleague then looks at, and remember every file as it was looked at."""
        self.done("lock")
        if self.mode == "plan":
            self.done("plan", NAME, "--sandbox", "--out", self.plan_file)
        self.remember()

    def remember(self) -> None:
        """Remember every file as it was looked at."""
        self._before = self.files()

    def done(self, *arguments: str) -> Said:
        """Type a command that has to work."""
        said = self.shell(*arguments)
        assert said.status == 0, (arguments, said)
        return said

    def files(self) -> Files:
        """Every file that is in git, and the saved plan."""
        paths = [
            path
            for path in self.shell.root.rglob("*")
            if path.is_file() and ".massctl" not in path.parts
        ]
        return {path.relative_to(self.shell.root).as_posix(): path.read_bytes() for path in paths}

    def put_back(self) -> None:
        """Make every file what it was when it was reviewed."""
        for path in self.shell.root.rglob("*"):
            if path.is_symlink():  # What is written there would end up in another file.
                path.unlink()
        for path in self.files().keys() - self._before.keys():
            (self.shell.root / path).unlink()
        for path, data in self._before.items():
            self.shell.tree.write(path, data)

    def apply(self, *more: str) -> Said:
        """Carry out what was reviewed."""
        how = {"policy": (NAME,), "flag": (NAME, "--locked"), "plan": ("--plan", self.plan_file)}[
            self.mode
        ]
        return self.shell("apply", *how, "--sandbox", "--yes", "--format", "json", *more)

    def edit(self, path: str, before: str, after: str) -> None:
        """Change words of a file; they have to be there."""
        text = self.shell.tree.read(path)
        assert before in text, (path, before)
        self.shell.tree.write(path, text.replace(before, after))

    def edit_json(self, path: str, change: Callable[[dict[str, Any]], object]) -> None:
        """Change a JSON file as data."""
        document = json.loads(self.shell.tree.read(path))
        change(document)
        self.shell.tree.write(path, json.dumps(document, ensure_ascii=False, indent=2) + "\n")

    def left(self) -> dict[str, int]:
        """Count what left for WeChat: nothing but these five can be seen by anybody."""
        report = self.shell.report()
        return {kind: len(report[kind]) for kind in LEFT}

    def requests(self) -> int:
        """Count every call that the sandbox ever answered."""
        return sum(path["count"] for path in self.shell.report()["calls"].values())

    def api(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Do something in the console, which our sandbox offers under the same address as its API."""
        world = open_world(self.shell.root / ".massctl" / "sandbox", real_now=lambda: NOON)
        try:
            with httpx.Client(
                transport=httpx.WSGITransport(world.app), base_url="http://127.0.0.1"
            ) as client:
                who = {
                    "grant_type": "client_credential",
                    "appid": APPID,
                    "secret": world.ensure_account(APPID),
                }
                token = client.get("/cgi-bin/token", params=who).json()["access_token"]
                answer = client.post(
                    f"/cgi-bin/{path}", params={"access_token": token}, json=body
                ).json()
        finally:
            world.close()
        assert answer.get("errcode", 0) == 0, answer
        return dict(answer)


def refusals(said: Said, name: str = NAME) -> dict[str, str]:
    """Give the guards that refuse a campaign, with what each says."""
    found = [each for each in said.document["campaigns"] if each["name"] == name]
    assert len(found) == 1, said
    return {refusal["guard"]: refusal["message"] for refusal in found[0]["refusals"]}


def performed(said: Said, name: str = NAME) -> Counter[str]:
    """Count the steps that a run says it carried out."""
    (found,) = (each for each in said.document["campaigns"] if each["name"] == name)
    return Counter(step["kind"] for step in found["performed"])


def assert_nothing_left(issue: Issue, said: Said, guard: str, word: str, status: int = 5) -> None:
    """Check a refusal: exit 5, its name and word, and no request in the sandbox's books."""
    assert said.status == status, said
    found = refusals(said)
    assert guard in found, found
    assert word in found[guard], found
    assert issue.requests() == 0, issue.shell.report()["calls"]


def assert_goes_out(issue: Issue) -> dict[str, Any]:
    """Check that it is sent as it was reviewed; gives the sandbox's books."""
    said = issue.apply()
    assert said.status == 0, said
    assert performed(said) == LOCKED_STEPS, said
    report = issue.shell.report()
    left = {kind: len(report[kind]) for kind in LEFT}
    assert left == {"uploads": 6, "materials": 2, "drafts": 1, "previews": 1, "jobs": 1}
    return report


def assert_goes_out_once(issue: Issue) -> None:
    """Check that it is sent as it was reviewed, and that a second `apply` asks WeChat for nothing."""
    report = assert_goes_out(issue)
    again = issue.apply()
    after = issue.shell.report()
    assert (performed(again), after["calls"]) == (Counter(), report["calls"])
    assert len(after["jobs"]) == 1
