"""Campaign repositories on disk for tests of the whole command: small, and as dull as a test allows.

A repository has one account and the campaigns that a test adds. Pictures are tiny and never alike by accident.
"""

import struct
import zlib
from pathlib import Path
from typing import Final

APPID: Final = "wx0123456789abcdef"
SECRET_VARIABLE: Final = "WECHAT_MAIN_SECRET"

SETTINGS: Final = """\
# 谁发、怎么发；改动走合并请求
version: 1
{language}accounts:
  main:
    appid: wx0123456789abcdef
    secret_env: WECHAT_MAIN_SECRET      # 只写变量名
    kind: service
{account}policy:
  in_doubt: {in_doubt}   # 同一个 clientmsgid
{policy}"""

NEWS: Final = """\
version: 1
title: 秋日来信
account: main
audience:
  is_to_all: true
{more}mpnews:
  articles:
    - title: "第一封信：{title}"
      author: 编辑部
      digest: 一封短信，两张图
      content: articles/main.md
      cover: images/cover.png
"""

TEXT: Final = """\
version: 1
title: 改时间
account: main
audience:
  is_to_all: true
{more}text:
  content: "{content}"
"""

BODY: Final = """\
## 早

今天风大，出门多穿一件。

![河堤](../images/river.png)
"""


def png(colour: tuple[int, int, int], width: int = 94, height: int = 40) -> bytes:
    """Draw a PNG of one colour."""
    rows = b"".join(b"\0" + bytes(colour) * width for _ in range(height))
    return _png(width, height, 8, 2, b"", rows)


def cover(colour: tuple[int, int, int]) -> bytes:
    """Draw a cover of one colour, as large as the console asks for and yet cheap to decode: one bit a pixel."""
    width, height = 940, 400
    row = b"\0" + bytes((width + 7) // 8)
    return _png(width, height, 1, 3, _chunk(b"PLTE", bytes(colour)), row * height)


def _png(width: int, height: int, depth: int, kind: int, palette: bytes, rows: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    pixels = _chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + palette + pixels + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


class Tree:
    """A repository that a test writes into; paths are relative to its root."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self.settings()

    def write(self, path: str, content: str | bytes) -> Path:
        """Write one file, and the folders above it."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        return target

    def read(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    def settings(
        self,
        *,
        language: str = "en",
        account: str = "",
        in_doubt: str = "resubmit",
        policy: str = "",
        state: str = "",
    ) -> None:
        """Write massctl.yaml; `account`, `policy` and `state` are further lines, indented as they stand."""
        said = f"language: {language}\n" if language else ""
        written = SETTINGS.format(language=said, account=account, in_doubt=in_doubt, policy=policy)
        self.write("massctl.yaml", written + state)

    def news(
        self, name: str = "letter", *, title: str = "风", more: str = "", body: str = BODY
    ) -> None:
        """Add a campaign of one article with a cover and a picture; `more` is further lines of campaign.yaml."""
        folder = f"campaigns/{name}"
        self.write(f"{folder}/campaign.yaml", NEWS.format(title=title, more=more))
        self.write(f"{folder}/articles/main.md", body)
        self.write(f"{folder}/images/cover.png", cover((200, 80, 60)))
        self.write(f"{folder}/images/river.png", png((60, 120, 200)))

    def text(
        self, name: str = "notice", *, content: str = "周日改到十点半。", more: str = ""
    ) -> None:
        """Add a campaign of words."""
        self.write(f"campaigns/{name}/campaign.yaml", TEXT.format(content=content, more=more))


def window(not_before: str, not_after: str) -> str:
    """Give the lines of a window."""
    return f"send:\n  not_before: {not_before}\n  not_after: {not_after}\n"


def without_secret_env(tree: Tree) -> None:
    """Take the AppSecret's variable out of massctl.yaml, for an account whose token comes from elsewhere."""
    line = "    secret_env: WECHAT_MAIN_SECRET      # 只写变量名\n"
    assert line in tree.read("massctl.yaml")
    tree.write("massctl.yaml", tree.read("massctl.yaml").replace(line, ""))
