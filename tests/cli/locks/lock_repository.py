"""A small campaign repository on disk, and the command run inside this process against its sandbox."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from massctl.cli.main import run

SETTINGS = """\
version: 1
language: en
accounts:
  main: {appid: wx0123456789abcdef, secret_env: WECHAT_MAIN_SECRET, kind: service}
policy: {require_lock: POLICY}
"""
CAMPAIGN = """\
version: 1
title: 春季大促
account: main
audience: {is_to_all: true}
send:
  not_before: 2036-12-01T12:00:00+08:00
  not_after: 2036-12-01T14:00:00+08:00
preview: {towxname: [editor_li]}
vars: {price: 1999}
mpnews:
  articles:
    - title: "春季大促，{{ price }} 元起"
      author: 编辑部
      content: articles/main.md.j2
      cover: images/cover.png
"""
ARTICLE = """\
{% import "_shared/macros.md.j2" as shared %}
{{ shared.greeting() }}，{{ price }} 元。[细则](https://example.com/terms)

![英雄](../images/hero.png)
"""
NAME = "sale"


@dataclass
class Repository:
    """A repository in a folder."""

    root: Path
    capture: Callable[[], Any]

    @property
    def folder(self) -> Path:
        """The campaign's folder."""
        return self.root / "campaigns" / NAME

    def massctl(self, *arguments: str) -> tuple[int, str]:
        """Run a command line; gives its exit status and standard output."""
        self.capture()
        status = run(["-C", str(self.root), *arguments])
        return status, self.capture().out

    def apply(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        """Run `apply NAME` against the sandbox; gives its exit status and the campaign's part of the answer."""
        names = () if "--plan" in arguments else (NAME,)
        status, out = self.massctl(
            "apply", *names, "--sandbox", "--yes", "--format", "json", *arguments
        )
        return status, json.loads(out)["campaigns"][0]

    def check(self) -> tuple[int, dict[str, Any]]:
        """Run `lock --check`; gives its exit status and the campaign's part of the answer."""
        status, out = self.massctl("lock", "--check", "--format", "json")
        return status, json.loads(out)["campaigns"][0]

    def lock(self) -> dict[str, Any]:
        """The lock as it stands."""
        document: dict[str, Any] = json.loads(
            (self.folder / "campaign.lock.json").read_text(encoding="utf-8")
        )
        return document

    def edit(self, path: str, before: str, after: str) -> None:
        """Change some words of a file; the path is from campaigns/."""
        file = self.root / "campaigns" / path
        text = file.read_text(encoding="utf-8")
        assert before in text, (path, before)
        file.write_text(text.replace(before, after), encoding="utf-8")

    def snapshot(self) -> dict[str, bytes]:
        """Every file of campaigns/."""
        return {
            str(p.relative_to(self.root)): p.read_bytes()
            for p in self.root.rglob("campaigns/**/*")
            if p.is_file()
        }


def picture(colour: str) -> bytes:
    """A small PNG of one colour."""
    data = io.BytesIO()
    Image.new("RGB", (900, 383), colour).save(data, "PNG")
    return data.getvalue()


def begin(root: Path, capture: Callable[[], Any], *, require_lock: bool) -> Repository:
    """Write the repository."""
    files = {
        "massctl.yaml": SETTINGS.replace("POLICY", str(require_lock).lower()),
        "campaigns/_shared/macros.md.j2": "{% macro greeting() %}你好{% endmacro %}\n",
        f"campaigns/{NAME}/campaign.yaml": CAMPAIGN,
        f"campaigns/{NAME}/articles/main.md.j2": ARTICLE,
    }
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    (root / f"campaigns/{NAME}/images").mkdir()
    (root / f"campaigns/{NAME}/images/cover.png").write_bytes(picture("red"))
    (root / f"campaigns/{NAME}/images/hero.png").write_bytes(picture("blue"))
    return Repository(root, capture)
