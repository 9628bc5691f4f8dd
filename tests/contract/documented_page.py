"""Writes the table of calls into docs/reference/wechat-api.md; what stands outside its two marks is kept.

PYTHONPATH=tests python tests/contract/documented_page.py
"""

import json
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from documented_calls import ROWS, AnyRow, Article, Element, Event, Kept, Row, Send
from documented_shapes import Html, Upload, plain
from sandbox_facts import FACTS, Fact

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "reference" / "wechat-api.md"
BEGIN: Final = "<!-- What follows is written by tests/contract/documented_page.py from documented_calls.py. -->\n"
FACTS_HEAD: Final = """\
### What the sandbox answers

Each row is asked of the sandbox by a test. An answer is an errcode, 0 for success, or what is told or counted; several
stand one after the other. The headings name WeChat's pages. What no page says is read strictly, and the row says so.
"""
END: Final = "<!-- Here the written part ends. -->\n"


_EXAMPLES: Final = {
    "to": "gh_0123456789ab",
    "sender": "oHelperOfThePlatform00000001",
    "at": "1796000000",
    "msg_id": "3147000001",
    "original": "http://mp.weixin.qq.com/s?__biz=…&mid=1&idx=1",
    "url_1": "http://mp.weixin.qq.com/s?__biz=…&mid=2247480001&idx=1",
    "url_2": "http://mp.weixin.qq.com/s?__biz=…&mid=2247480001&idx=2",
}


def written(page: str) -> str:
    """Give the page with the table as it is now."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + "\n" + _sections() + _facts() + END + after


def _facts() -> str:
    """Write what the sandbox answers, page by page of WeChat's."""
    lines = [FACTS_HEAD]
    for page, facts in FACTS.items():
        lines += [f"#### {page}", "", "| fact | answer | source |", "|---|---|---|"]
        lines += [f"| {_fact(fact)} | {_answer(fact.answer)} | {fact.source} |" for fact in facts]
        lines.append("")
    return "\n".join(lines) + "\n"


def _fact(fact: Fact) -> str:
    return fact.rule.replace("|", "\\|") + (f". {fact.note}" if fact.note else "")


def _answer(answer: Any) -> str:
    """Write an errcode, several one after the other, or what else comes."""
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    if isinstance(answer, list):
        return ", ".join(_answer(each) for each in answer)
    if isinstance(answer, dict):
        return f"`{_json(answer)}`"
    return (
        str(answer)
        if isinstance(answer, int)
        else f"`{answer!r}`"
        if isinstance(answer, bytes)
        else f"`{answer}`"
    )


def _sections() -> str:
    grouped = {name: list(rows) for name, rows in groupby(ROWS, key=lambda row: row.section)}
    return "".join(_section(name, rows) for name, rows in grouped.items())


def _section(name: str, rows: list[Any]) -> str:
    lines = [f"### {name}", "", "| rule | call | verb | key | source |", "|---|---|---|---|---|"]
    for row in rows:
        cells = (row.rule, _call(row), _code(row.command), _code(row.key), row.confidence)
        lines.append("| " + " | ".join(each.replace("|", "\\|") for each in cells) + " |")
    for row in rows:
        example = _example(row)
        lines += [
            "",
            f"**{row.rule}.**" + (f" {row.note}" if row.note else ""),
            *(["", *example] if example else []),
        ]
    return "\n".join(lines) + "\n\n"


def _call(row: AnyRow) -> str:
    match row:
        case Row():
            return f"`{row.method} {_address(row)}`"
        case Kept():
            return "none leaves"
        case Event():
            return "posted by WeChat"
        case Element() | Article():
            return "`POST /cgi-bin/draft/add`"
        case Send():
            return "`POST /cgi-bin/message/mass/sendall`"


def _address(row: Row) -> str:
    query = "&".join(f"{name}={value}" for name, value in row.query)
    return f"{row.path}?{query}" if query else row.path


def _code(words: str) -> str:
    """Set what is typed as code."""
    if not words or words.startswith("any"):
        return words
    return f"`{words}`" if "(" in words else ", ".join(f"`{each}`" for each in words.split(", "))


def _example(row: AnyRow) -> list[str]:
    if isinstance(row, Kept):
        return []
    if isinstance(row, Event):
        return ["```xml", *_filled(row.body).split("\n"), "```"]
    if isinstance(row, Article):
        becomes = f"errcode {row.becomes}" if isinstance(row.becomes, int) else row.becomes
        return ["```html", row.given, "", becomes, "```"]
    if isinstance(row, Send):
        return ["```", _json(row.message)[:80], "", f"errcode {row.errcode}", "```"]
    if isinstance(row, Element):
        return ["```html", str(plain(Html(row.html))), "```"]
    answer = [] if row.answer is None else ["", _json(row.answer)]
    return ["```", *_request(row), *answer, "```"]


def _filled(body: str) -> str:
    """Put examples where only a run can tell."""
    for name, example in _EXAMPLES.items():
        body = body.replace(f"{{{name}}}", example)
    return body


def _request(row: Row) -> list[str]:
    line = f"{row.method} {_address(row)}"
    if row.request is None:
        return [line]
    if not isinstance(row.request, Upload):
        return [line, _json(row.request)]
    file = f'multipart/form-data: media; filename="….{row.request.extension}"; {row.request.media_type}'
    described = row.request.description
    return [
        line,
        file,
        *([] if described is None else [f"multipart/form-data: description; {_json(described)}"]),
    ]


def _json(value: Any) -> str:
    return json.dumps(plain(value), ensure_ascii=False)


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
