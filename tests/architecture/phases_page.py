"""Writes the tables of a send's phases into both pages of the ledger; what stands outside of the two marks is kept.

PYTHONPATH=tests python tests/architecture/phases_page.py
"""

import ast
import inspect
from collections.abc import Callable
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Final

from massctl.model.state import TABLE, Phase, SendEvent

REFERENCE: Final = Path(__file__).resolve().parents[2] / "docs" / "reference"
BEGIN: Final = "<!-- What follows is written by tests/architecture/phases_page.py from massctl/model/state.py. -->\n"
END: Final = "<!-- Here the written part ends. -->\n"
CHINESE: Final = {
    "phase": "阶段",
    "what is known": "知道什么",
    "event": "事件",
    "what the entry says": "条目说了什么",
    "event, below: the phase before": "事件；右边各列是之前的阶段",
    "No request is known to have reached WeChat.": "没有请求到过微信的记录。",
    "An attempt has no clear answer.": "有一次提交没有明确的答复。",
    "The newest open attempt waits for the administrator (管理员).": "最近一次未决的提交在等管理员确认。",
    "WeChat took the job.": "微信已受理任务。",
    "WeChat refused the last attempt, and no attempt is open.": "微信拒绝了最后一次提交，没有未决的提交。",
    "A person says that it was sent.": "有人说已经发出。",
    "A person says that it was not sent.": "有人说没有发出。",
    "Two entries cannot both be true. It counts as sent and as open until a person settles it.": (
        "有两个条目不可能同时成立。在有人认定之前，既算已发出，也算未决。"
    ),
    "Fewer than two of its people are left, so it is never sent.": "剩下的人不到两个，所以永远不发。",
    "Fewer than two people are left of the batch.": "这一批剩下的人不到两个。",
    "A request is about to leave.": "请求即将发出。",
    "WeChat refused an attempt, and no other is open.": "微信拒绝了一次提交，没有别的未决。",
    "An attempt was refused, or its request never left; another one is open.": (
        "一次提交被拒绝，或者请求根本没有发出；另有一次未决。"
    ),
    "An attempt was refused, or its request never left; another one waits for the administrator.": (
        "一次提交被拒绝，或者请求根本没有发出；另有一次在等管理员确认。"
    ),
    "The request of an attempt never left, and no other is open.": "一次提交的请求根本没有发出，没有别的未决。",
    "WeChat asks the administrator about an attempt.": "微信就一次提交去问管理员。",
    "A person says that it was not sent, and nothing on record says that it was.": (
        "有人说没有发出，账本里也没有任何一条说它发出了。"
    ),
    "A person says that it was not sent, although an acceptance or a `sent` is on record.": (
        "有人说没有发出，账本里却有一条受理或 `sent`。"
    ),
    "A person says that it was sent without this ledger.": "有人说它不经这本账发出了。",
    "It is about an attempt or a job that is not on record, or doubts a closed attempt while another is open.": (
        "它说的提交或任务不在账本里；或者它怀疑一次已了结的提交，而另有一次未决。"
    ),
}
"""The Chinese page, sentence by sentence of the English one: one that changes has to be translated again."""


def written(page: str, say: Callable[[str], str] = str) -> str:
    """Give the page with the tables as they are now, in the language that `say` translates into."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + "\n" + _tables(say) + "\n" + END + after


def _tables(say: Callable[[str], str]) -> str:
    phases, events = _meanings(Phase), _meanings(SendEvent)
    lines = [f"| {say('phase')} | {say('what is known')} |", "|---|---|"]
    lines += [f"| `{phase}` | {say(phases[phase.name])} |" for phase in Phase]
    lines += ["", f"| {say('event')} | {say('what the entry says')} |", "|---|---|"]
    lines += [f"| `{event}` | {say(events[event.name])} |" for event in SendEvent]
    lines += [
        "",
        f"| {say('event, below: the phase before')} | "
        + " | ".join(f"`{phase}`" for phase in Phase)
        + " |",
    ]
    lines += ["|---" * (1 + len(Phase)) + "|"]
    for event in SendEvent:
        lines.append(f"| `{event}` | " + " | ".join(TABLE[phase, event] for phase in Phase) + " |")
    return "\n".join(lines) + "\n"


def _meanings(kind: type[StrEnum]) -> dict[str, str]:
    """Read the docstring below each member."""
    body = ast.parse(inspect.getsource(kind)).body[0]
    assert isinstance(body, ast.ClassDef)
    return {
        member.targets[0].id: inspect.cleandoc(below.value.value)
        for member, below in pairwise(body.body)
        if isinstance(member, ast.Assign)
        and isinstance(member.targets[0], ast.Name)
        and isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
        and isinstance(below.value.value, str)
    }


PAGES: Final[dict[str, Callable[[str], str]]] = {
    "ledger.md": str,
    "ledger.zh-CN.md": CHINESE.__getitem__,
}

if __name__ == "__main__":
    for name, in_language in PAGES.items():
        path = REFERENCE / name
        path.write_text(written(path.read_text(encoding="utf-8"), in_language), encoding="utf-8")
