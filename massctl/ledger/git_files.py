"""What lies on the ledger's branch, and how a commit there is described to people."""

from collections.abc import Sequence
from typing import Final

from massctl.model.entries import NewEntry

LEDGER: Final = "massctl.state.jsonl"
BODIES: Final = "massctl.state.bodies"
BESIDE: Final = "README.md"
OURS: Final = ("massctl.state.", BESIDE)
"""How the names at the top of a ledger's branch begin."""
README: Final = """\
# The ledger of massctl

What this repository uploaded, saved, previewed and sent on WeChat. massctl writes this branch and nobody else does:
do not edit it, do not merge it, never force-push or delete it. Without it nobody knows what followers already have.

`massctl state show` reads it, `massctl state verify` checks it.

# massctl 的账本

这个仓库在微信上上传、保存、预览、群发过什么，都记在这里。这个分支只由 massctl 写：
不要手工改，不要合并，绝不要强制推送或删除。没有它，就没人知道粉丝已经收到了什么。

`massctl state show` 查看，`massctl state verify` 检查。
""".encode()

_TOLD_MAX: Final = 20


def described(entries: Sequence[NewEntry], serial: int) -> str:
    """Describe a commit of entries, of which `serial` is the last: what they are, and of which campaigns."""
    first = serial - len(entries) + 1
    span = f"entry {serial}" if first == serial else f"entries {first} to {serial}"
    told = [f"{entry.event.type} {entry.campaign}" if entry.campaign else entry.event.type for entry in entries]
    lines = [f"{number} {each}" for number, each in enumerate(told[:_TOLD_MAX], first)]
    more = [f"and {len(told) - _TOLD_MAX} more"] if len(told) > _TOLD_MAX else []
    return "\n".join([f"{told[-1] if told else 'contents'} ({span})", "", *lines, *more])
