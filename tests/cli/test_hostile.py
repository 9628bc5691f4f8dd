"""Repositories made to hurt: `validate` answers with diagnostics, soon, in bounded memory, and touches nothing else.

Each runs in a process of its own under limits that the kernel keeps.
"""

import json
import os
import resource
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from cli_runner import Shell
from repositories import BODY, Tree, png

SECONDS_MAX = 60
"""Of processor time. Each takes one or two, on a busy machine some more; what grows with the square does not end."""
MEMORY_MAX = 1024 * 1024 * 1024
"""Of address space; massctl with Pillow and its stylist takes a third of it."""
CANARY = "the canary of a secret"


def _limits() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_MAX, SECONDS_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@dataclass(frozen=True)
class Judged:
    """What `validate` said, and how it fared."""

    status: int
    document: dict[str, Any]
    err: str

    @property
    def errors(self) -> list[dict[str, Any]]:
        return [d for d in self.document["diagnostics"] if d["severity"] == "error"]

    @property
    def codes(self) -> set[str]:
        return {d["code"] for d in self.errors}


def judge(tree: Tree, verb: str = "validate") -> Judged:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "massctl", verb, "--format", "json"],
        cwd=tree.root,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "WECHAT_MAIN_SECRET": CANARY},
        capture_output=True,
        check=False,
        timeout=180,
        preexec_fn=_limits,
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    assert "Traceback" not in err + out
    assert CANARY not in out + err
    assert done.returncode in (0, 1), err
    return Judged(done.returncode, json.loads(out), err)


def refused(tree: Tree) -> Judged:
    """Judge, and see that it ended with diagnostics, with a place each."""
    judged = judge(tree)
    assert 1 == judged.status, judged.document
    assert judged.errors
    assert all(error["file"] for error in judged.errors), judged.errors
    return judged


def each_refused(tree: Tree, names: dict[str, str]) -> None:
    """Judge, and see that each of these campaigns has a fault, and a good one among them none."""
    tree.news("other", title="二")
    faulty = {error["campaign"] for error in refused(tree).errors}
    assert [] == [what for name, what in names.items() if name not in faulty]
    assert "other" not in faulty


@pytest.fixture
def tree(shell: Shell) -> Tree:
    return shell.tree


# Templates


REACHING = {
    "attributes": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "attributes by filter": "{{ '' | attr('__class__') }}",
    "attributes by map": "{{ [''] | map(attribute='__class__') | list }}",
    "attributes by groupby": "{{ [''] | groupby('__class__') }}",
    "attributes by format": "{{ '{0.__class__.__init__.__globals__}'.format(vars) }}",
    "attributes by format_map": "{{ '{a.__class__}'.format_map({'a': 1}) }}",
    "globals of a macro": "{% macro m() %}{% endmacro %}{{ m.__init__.__globals__ }}",
    "globals of a helper": "{{ article_url.__globals__ }}",
    "globals of cycler": "{{ cycler.__init__.__globals__.os.environ }}",
    "self": "{{ self.__init__.__globals__ }}",
    "environment": "{{ environment }}",
    "os environ": "{{ os.environ }}",
    "an absolute file": "{% include '/etc/passwd' %}",
    "a file above": "{% include '../../../../../etc/passwd' %}",
    "another campaign": "{% include '../other/articles/main.md' %}",
    "massctl.yaml": "{% include '_shared/../../massctl.yaml' %}",
    "a backslash": "{% include '..\\\\..\\\\massctl.yaml' %}",
    "itself": "{% include 'articles/main.md.j2' %}",
    "a clock": "{{ now() }}",
    "chance": "{{ range(9) | random }}",
    "an undefined name": "{{ nobody }}",
    "an undefined attribute": "{{ vars.nobody.nothing }}",
    "do": "{% do [].append(1) %}",
    "import of python": "{% import 'os' as os %}",
}
LOOP = "{{% for {0} in range(99999) %}}"
ENDLESS = {
    "silent nested loops": LOOP.format("a") * 3 + "{% endfor %}" * 3,
    "a huge range": "{{ range(10 ** 12) | list }}",
    "a doubling in a loop": "{% set n = namespace(s='x') %}"
    + LOOP.format("a")
    + "{% set n.s = n.s ~ n.s %}{% endfor %}",
    "deep brackets": "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
}
"""One of each way; many more are in tests/unit/render/test_render_hostile.py."""


@pytest.mark.night
def test_templates_made_to_hurt(tree: Tree):
    """In an article, a title or a text, each in a campaign of its own."""
    names = {
        f"letter-{number}": what
        for number, what in enumerate([*REACHING.values(), *ENDLESS.values()])
    }
    for name, what in names.items():
        tree.news(name)
        written = tree.read(f"campaigns/{name}/campaign.yaml").replace("main.md", "main.md.j2")
        tree.write(f"campaigns/{name}/campaign.yaml", written)
        tree.write(f"campaigns/{name}/articles/main.md.j2", what)
    for number, place in enumerate(("attributes", "environment", "an absolute file")):
        names[f"title-{number}"] = REACHING[place].replace('"', "'")
        tree.news(f"title-{number}", title=names[f"title-{number}"])
    names["words"] = (
        "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}"
    )
    tree.text("words", content=names["words"])
    each_refused(tree, names)


# Bodies


BODIES: dict[str, str] = {
    "deep lists": "".join("  " * n + "- x\n" for n in range(2_000)),
    "many links": "[a](b" * 50_000,
    "deep html": "<div>" * 20_000,
    "too long": "字" * 3_000_000,
}


@pytest.mark.night
@pytest.mark.parametrize("what", BODIES)
def test_a_body_made_to_hurt(tree: Tree, what: str):
    """Deep Markdown may be read as text; it must end soon, with or without a fault."""
    tree.news(body=BODIES[what])
    judge(tree)


# Pictures


def _gif_bomb() -> bytes:
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return (
        b"GIF89a"
        + struct.pack("<HHBBB", 65535, 65535, 0x80, 0, 0)
        + b"\0" * 6
        + frame * 200_000
        + b"\x3b"
    )


def _png_bomb(side: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    packer = zlib.compressobj(9)
    rows = (
        b"".join(packer.compress(b"\0" * (side // 8 + 1) * 100) for _ in range(side // 100))
        + packer.flush()
    )
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


PICTURES: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "a script": lambda: b"#!/bin/sh\nrm -rf /\n",
    "a page": lambda: b"<html><script>alert(1)</script></html>",
    "an svg": lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "a torn png": lambda: png((1, 2, 3))[:-20],
    "a png that lies": lambda: (
        png((1, 2, 3))[:16] + struct.pack(">II", 60_000, 60_000) + png((1, 2, 3))[24:]
    ),
    "a png bomb": lambda: _png_bomb(40_000),
    "a gif bomb": _gif_bomb,
    "a torn jpeg": lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\0" * 20,
    "a jpeg of nothing but segments": lambda: b"\xff\xd8" + b"\xff\xe1\x00\x02" * 500_000,
    "a riff that lies": lambda: b"RIFF\xff\xff\xff\xffWEBPVP8 \xff\xff\xff\xff" + b"\0" * 100,
    "an exe": lambda: b"MZ" + b"\0" * 1000,
}


@pytest.mark.night
def test_pictures_made_to_hurt(tree: Tree):
    """As covers and inside articles, which go different ways; each in a campaign of its own."""
    names = {
        f"{where}-{number}": what
        for number, what in enumerate(PICTURES)
        for where in ("cover", "river")
    }
    for name, what in names.items():
        tree.news(name)
        tree.write(f"campaigns/{name}/images/{name.partition('-')[0]}.png", PICTURES[what]())
    each_refused(tree, names)


# Files that are none, or lie out of the tree


def _large_picture(letter: Path) -> None:
    with (letter / "images/cover.png").open("r+b") as file:
        file.truncate(70 * 1024 * 1024)


def _encoded(encoding: str) -> Callable[[Path], object]:
    return lambda letter: (letter / "articles/main.md").write_bytes(BODY.encode(encoding))


def _pipe(path: str) -> Callable[[Path], None]:
    def put(letter: Path) -> None:
        (letter / path).unlink()
        os.mkfifo(letter / path)

    return put


def _link(path: str, to: str = "") -> Callable[[Path], None]:
    """Put a link in place of a file or a folder; without `to` it leads to the same one, moved out of the tree."""

    def put(letter: Path) -> None:
        outside = letter.parents[2] / f"outside-{letter.name}"
        (letter / path).rename(outside)
        (letter / path).symlink_to(to or outside)

    return put


FILES: dict[str, Callable[[Path], object]] = {
    "a picture of 70 megabytes": _large_picture,
    "an article of 50 megabytes": lambda letter: (letter / "articles/main.md").write_text(
        "字" * 17_000_000, "utf-8"
    ),
    **{f"an article in {encoding}": _encoded(encoding) for encoding in ("gbk", "utf-16")},
    **{
        f"a pipe as {path}": _pipe(path)
        for path in ("campaign.yaml", "articles/main.md", "images/cover.png")
    },
    **{
        f"{device} as a cover": _link("images/cover.png", device)
        for device in ("/dev/zero", "/dev/random")
    },
    **{
        f"{path} out of the tree": _link(path)
        for path in (
            "images/cover.png",
            "images/river.png",
            "articles/main.md",
            "campaign.yaml",
            "images",
            "",
        )
    },
    "a link to itself": _link("images/cover.png", "cover.png"),
}


@pytest.mark.night
def test_files_that_are_none_are_not_read(tree: Tree):
    names = {f"letter-{number}": what for number, what in enumerate(FILES)}
    for name, what in names.items():
        tree.news(name)
        FILES[what](tree.root / "campaigns" / name)
    each_refused(tree, names)


COVERS = [
    "/etc/passwd",
    "../../../../etc/passwd",
    "../other/images/cover.png",
    "_shared/../../massctl.yaml",
    "..\\..\\massctl.yaml",
    "images/../../../massctl.yaml",
    "file:///etc/passwd",
    "images/cover.png\0",
    "~/.ssh/id_rsa",
    "images",
    "images/none.png",
    "a/" * 3000 + "x.png",
]


@pytest.mark.night
def test_covers_outside_of_the_tree(tree: Tree):
    for number, path in enumerate(COVERS):
        tree.news(f"letter-{number}")
        written = tree.read(f"campaigns/letter-{number}/campaign.yaml").replace(
            "images/cover.png", json.dumps(path)
        )
        tree.write(f"campaigns/letter-{number}/campaign.yaml", written)
    each_refused(tree, {f"letter-{number}": path for number, path in enumerate(COVERS)})


# YAML


BOMB = (
    "\n".join(
        [
            "a0: &a0 [x, x]",
            *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)),
        ]
    )
    + "\n"
)
GOOD = "version: 1\ntitle: 好\naccount: main\naudience:\n  is_to_all: true\ntext:\n  content: 早\n"
YAML: dict[str, bytes] = {
    "empty": b"",
    "nothing but blanks": b" \n \n",
    "a list": b"- a\n- b\n",
    "a word": b"hello\n",
    "an open bracket": b"version: [1\n",
    "an open quote": b'version: 1\ntitle: "a\n',
    "two documents": GOOD.encode() + b"---\n" + GOOD.encode(),
    "a duplicate key": GOOD.encode() + b"version: 1\n",
    "an alias bomb": BOMB.encode(),
    "an alias to itself": b"version: &a [*a]\n",
    "merge keys": b"version: 1\n<<: {account: main}\n",
    "a tag of python": b"version: !!python/object/apply:os.system ['touch owned']\n",
    "a tag of ours": b"version: !run 'touch owned'\n",
    "a huge number": b"version: " + b"9" * 100_000 + b"\n",
    "a huge exponent": b"version: 1e999999999\n",
    "deep brackets": b"vars: " + b"[" * 50_000,
    "deep maps": b"vars: " + b"{a: " * 20_000,
    "deep indents": b"vars:\n" + b"".join(b" " * n + b"a:\n" for n in range(1, 2_000)),
    "a long key": b"a" * 200_000 + b": 1\n",
    "a tab": GOOD.replace("  is_to_all", "\tis_to_all").encode(),
    "full-width colons": GOOD.replace("version: 1", "version：1").encode(),
    "full-width quotes": GOOD.replace("content: 早", "content: “早”\nvars： {}").encode(),
    "GBK": GOOD.encode("gbk"),
    "UTF-16": GOOD.encode("utf-16"),
    "a NUL": GOOD.encode() + b"vars: \0\n",
    "control characters": GOOD.encode() + b"vars: {a: \x07\x1b[31m}\n",
    "half a character": GOOD.encode() + b"vars: {a: \xe5\xa4}\n",
    "surrogates": b'version: 1\ntitle: "\\ud800"\n',
    "binary": bytes(range(256)) * 64,
    "a bidi trick": GOOD.replace("好", "\u202e好").encode() + b"zz: 1\n",
    "50 megabytes": b"# " + b"x" * (50 * 1024 * 1024) + b"\n",
    "50 megabytes of keys": b"a: 1\n" * (10 * 1024 * 1024),
    "many keys": b"".join(b"k%d: 1\n" % n for n in range(20_000)),
    "many anchors": b"vars:\n" + b"".join(b"  k%d: &a%d 1\n" % (n, n) for n in range(20_000)),
}


@pytest.mark.night
def test_campaign_yamls_made_to_hurt(tree: Tree):
    names = {f"hostile-{number}": what for number, what in enumerate(YAML)}
    for name, what in names.items():
        tree.write(f"campaigns/{name}/campaign.yaml", YAML[what])
    each_refused(tree, names)
    assert not list(tree.root.rglob("owned"))


OF_THE_SETTINGS = [
    "empty",
    "a list",
    "an alias bomb",
    "a tag of python",
    "deep brackets",
    "GBK",
    "50 megabytes of keys",
]
"""The reader is the same; these are the ways in which it ends."""


BY_DAY: Final = ("an alias bomb", "deep brackets", "GBK")


@pytest.mark.night
@pytest.mark.parametrize(
    "what",
    [
        pytest.param(each, marks=[] if each in BY_DAY else [pytest.mark.night])
        for each in OF_THE_SETTINGS
    ],
)
def test_a_massctl_yaml_made_to_hurt(tree: Tree, what: str):
    tree.write("massctl.yaml", YAML[what])
    assert {"massctl.yaml"} == {error["file"] for error in refused(tree).errors}
    assert not list(tree.root.rglob("owned"))


def test_a_thousand_stray_folders_are_a_thousand_diagnostics(tree: Tree):
    for number in range(1000):
        (tree.root / f"campaigns/No {number}").mkdir(parents=True)
    assert 1000 == len(refused(tree).errors)


def test_a_secret_in_massctl_yaml_is_not_repeated(tree: Tree):
    secret = "0123456789abcdef0123456789abcdef"
    tree.write("massctl.yaml", tree.read("massctl.yaml").replace("WECHAT_MAIN_SECRET", secret))
    judged = refused(tree)
    assert secret not in json.dumps(judged.document) + judged.err


@pytest.mark.parametrize("form", ["text", "json", "github"])
@pytest.mark.parametrize(
    "written",
    [
        "secret: Xy#12,ab-Z",
        "secret: Xy12ab",
        'secret_env: "Xy#12,ab-Z"',
        "secret_env: Xy#12,ab-Z # ours",
        "secret_env：Xy#12,ab-Z",
        "secret_env:\n      Xy#12,ab-Z",
        "app-secret: >-\n      Xy#12,ab-Z",
        "secret_env: WECHAT_MAIN_SECRET\n    Secret: Xy#12,ab-Z\n    Secret: Xy#12,ab-Z",
        "\tsecret_env: Xy#12,ab-Z",
        "other: {kind: x, password: Xy#12,ab-Z}",
    ],
)
def test_what_is_written_in_place_of_a_secrets_name_is_not_repeated(
    shell: Shell, written: str, form: str
):
    settings = shell.tree.read("massctl.yaml")
    shell.tree.write(
        "massctl.yaml",
        settings.replace("secret_env: WECHAT_MAIN_SECRET      # 只写变量名", written),
    )
    said = shell("validate", "--format", form)
    assert said.status == 1
    assert "massctl.yaml" in said.out + said.err
    assert not [part for part in ("Xy", "12,ab", "ab-Z", "12ab") if part in said.out + said.err]


@pytest.mark.parametrize("path", [".massctl/pictures", ".massctl"])
def test_a_cache_that_cannot_be_written_only_costs_time(tree: Tree, path: str):
    tree.news()
    tree.write(path, "a file where a folder should be")
    assert 0 == judge(tree).status


@pytest.mark.night
def test_a_forged_cache_is_not_believed(tree: Tree):
    """Somebody commits a cache that speaks of other pictures."""
    tree.news()
    judge(tree)
    for note in (tree.root / ".massctl/pictures").rglob("*.json"):
        note.write_text('{"sha256": "../../../etc/passwd"}', encoding="utf-8")
    assert 0 == judge(tree).status
    for note in (tree.root / ".massctl/pictures").rglob("*.json"):
        note.write_text('{"fault": "surprise"}', encoding="utf-8")
    assert 0 == judge(tree).status
    for note in (tree.root / ".massctl/pictures").rglob("*.json"):
        note.write_text("[" * 100_000, encoding="utf-8")
    assert 0 == judge(tree).status


@pytest.mark.parametrize(
    ("line", "forged", "says"),
    [
        ("title: 改时间", r'title: "周日\n  status     sent"', "has more than one line"),
        ("  is_to_all: true", r'  tag: "会员\n  status     sent"', "has more than one line"),
        (
            "account: main",
            'account: main\npreview:\n  towxname: ["li\\n  status     sent"]',
            "letters, digits, _ and -",
        ),
    ],
)
def test_a_name_cannot_forge_a_line_of_a_plan(shell: Shell, line: str, forged: str, says: str):
    shell.tree.settings()
    shell.tree.text()
    written = shell.tree.read("campaigns/notice/campaign.yaml")
    assert line in written
    shell.tree.write("campaigns/notice/campaign.yaml", written.replace(line, forged))

    said = shell("plan", "notice")

    assert said.status == 1
    assert says in said.out
    assert "  status     sent" not in said.out.splitlines()
