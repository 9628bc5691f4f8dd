"""The facts that are read off plain lines are those that the reader of YAML finds, or none."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from massctl.model.campaign_rules import parse_offset_time
from massctl.model.names import CampaignName
from massctl.model.rendered import Window
from massctl.source.campaigns import load_campaign
from massctl.source.plain_facts import BYTES_MAX, PlainFacts, plain_facts
from massctl.source.repository import Repository

REST = "audience: {is_to_all: true}\ntext: {content: 你好}\n"
PLAIN = "version: 1\ntitle: 春天的第一封信\naccount: main\n" + REST
OPENS, CLOSES = "2026-12-01T20:00:00+08:00", "2026-12-01T21:30:00+08:00"


class OneFile(Repository):
    """A repository of one campaign.yaml."""

    def __init__(self, data: bytes) -> None:
        super().__init__(Path("nowhere"))
        self._data = data

    def read_bytes(self, path: str, limit: int) -> bytes:
        return self._data


def judged(data: bytes) -> PlainFacts | None:
    """Give the facts as the real reader has them; None of a file with an error."""
    file = load_campaign(OneFile(data), CampaignName("letter"), None).file
    if file is None:
        return None
    opens, closes = parse_offset_time(file.send.not_before), parse_offset_time(file.send.not_after)
    window = Window(opens, closes) if opens is not None and closes is not None else None
    return PlainFacts(file.title, file.account, file.edition, window)


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        PLAIN + f"send: {{not_before: {OPENS}, not_after: {CLOSES}}}  # 晚上\n",
        PLAIN + f"send:\n  # 晚上\n  not_before: {OPENS}   # 八点\n  not_after: '{CLOSES}'\n  same_content: allow\n",
        "# 注释\n" + PLAIN.replace("account: main", "edition: 3\naccount: main   # 主号"),
        PLAIN.replace("春天的第一封信", '"秋天：四个周六"   # 标题'),
        PLAIN.replace("春天的第一封信", "'a: b'"),
        PLAIN.replace("title: 春天的第一封信\n", ""),
        PLAIN + 'vars:\n  price: "1999 元"\n  list: [1, 2]\n  words: |\n    title: other\n    account: other\n',
    ],
)
def test_plain_files_are_read(text: str):
    found = plain_facts(text.encode())
    assert found is not None
    assert judged(text.encode()) == found


@pytest.mark.parametrize(
    "text",
    [
        PLAIN.replace("春天的第一封信", "春天\n  的第一封信"),
        PLAIN.replace("春天的第一封信", '"春天\\n"'),
        PLAIN.replace("春天的第一封信", "|\n  春天"),
        PLAIN.replace("春天的第一封信", "*one"),
        PLAIN.replace("春天的第一封信", "12"),
        PLAIN.replace("春天的第一封信", "null"),
        PLAIN.replace("account: main", "account: 'main"),
        PLAIN.replace("account: main", "account: true"),
        PLAIN.replace("account: main\n", ""),
        PLAIN.replace("account: main", "edition: 0x3\naccount: main"),
        PLAIN + 'vars: {a: "x\ntitle: 别的\n"}\n',
        PLAIN + "vars:\n  a: 'x\n\ntitle: 别的'\n",
        PLAIN + f"send: {{not_after: {CLOSES}, not_before: {OPENS}}}\n",
        PLAIN + f"send:\n  not_before:\n    {OPENS}\n  not_after: {CLOSES}\n",
        PLAIN + f"send:\n  not_before: {OPENS}\n",
        PLAIN + "send:\n",
        PLAIN + "? x\n: y\n",
        PLAIN + "more: 1\n",
        PLAIN + "--- \n",
        PLAIN + "\tx: 1\n",
        PLAIN.replace("\n", "\r\n"),
        "\ufeff" + PLAIN,
        PLAIN + "#" * BYTES_MAX,
    ],
)
def test_what_could_be_meant_otherwise_is_left_to_the_real_reader(text: str):
    assert plain_facts(text.encode()) is None


def test_bytes_that_are_no_text_are_left_to_the_real_reader():
    assert plain_facts(PLAIN.encode("gbk")) is None


VALUES = st.sampled_from(
    [
        "春天",
        "a b",
        "12",
        "1_000",
        "null",
        "~",
        "yes",
        "2026-12-01",
        "'x'",
        '"y"',
        '"a\\tb"',
        "'it''s'",
        "x # y",
        "x#y",
        "x: y",
        "x:y",
        "，：",
        "“x”",
        "{a: b}",
        "[x]",
        "&a x",
        "*a",
        "!x y",
        "!!str 12",
        "|",
        ">-",
        "|\n  块",
        "x\n  y",
        "- x",
        "@x",
        "`x`",
        "%x",
        ".inf",
        "0x1F",
        "1e3",
        "x,",
        "x]",
        "x}",
        "第 1 期",
        "x  ",
        "",
        "\u3000x",
        "x\u00a0",
        "x\u0085",
        "x?",
        "?x",
        "? x",
        ":x",
        "-x",
        "-",
        "<<",
        "=",
        "x'y",
        'x"y',
        "x\\y",
        "NULL",
        "Null",
        "True",
        "n",
        "é",
        "字 #1",
        "字 #",
    ]
)
SENDS = [
    f"send: {{not_before: {OPENS}, not_after: {CLOSES}}}",
    f"send: {{not_before: '{OPENS}', not_after: {CLOSES}}} # x",
    f"send: {{not_after: {CLOSES}, not_before: {OPENS}, same_content: allow}}",
    f"send:\n  not_before: {OPENS}\n  not_after: {CLOSES}   # x",
    f'send:\n    not_after: "{CLOSES}"\n\n    # x\n    not_before: {OPENS}\n    same_content: allow',
    f"send:\n  not_before: {OPENS}\n  not_after:\n    {CLOSES}",
    f"send:\n  not_before: {OPENS.replace('T', ' ')}\n  not_after: {CLOSES.replace('+', ' +')}",
    "send:\n  same_content: allow",
    "send: {}",
]
VARS = [
    "vars:\n  x: |\n    title: x\n\n    account: y",
    "vars:\n  x: >\n   title: x\n  y: 1",
    "vars:\n  x: 'a\n\n    title: b'",
    "vars:\n  x: 'a\ntitle: b'",
    'vars: {x: "a\ntitle: b\n"}',
    "vars: {x: {y: c},\ntitle: d}",
    "vars:\n  x: [y,\ntitle, z]",
    'vars:\n  a": "b\ntitle: x\n  c"',
    "vars:\n  x: it's\n  y: don't",
    'vars:\n  x: "\\""\n  y: "\\"\ntitle: z"',
    "vars:\n  x: a\n    title: b",
    "vars:\n  x:\n  - title: a\n  - b",
]
PARTS = st.tuples(
    st.sampled_from(["account: main", "account: 'main' # x", 'account: "main"', "account: main   # x", "account: a-1"]),
    VALUES.map("title: {}".format) | st.just(""),
    st.sampled_from(["", "", "edition: 2", "edition: 2 # x", "edition: 02", "edition: +2", "edition: '2'"]),
    st.sampled_from(["", *SENDS]),
    st.sampled_from(["", *VARS]),
    st.sampled_from(["", "# x", "  # title: x", "preview: {towxname: [a, b]}", "preview:\n  towxname:\n  - a", "..."]),
)


@given(PARTS.flatmap(lambda parts: st.permutations([*parts, REST.strip()])))
@settings(max_examples=300)
@example(["account: main", REST.strip(), 'vars:\n  a": "b\ntitle: x\n  c"'])
@example(["account: main", REST.strip(), "title: 春天", "vars:\n  x: |\n    title: y"])
def test_the_facts_are_those_of_the_real_reader_or_none(parts: list[str]):
    text = "\n".join(["version: 1", *filter(None, parts), ""])
    right = judged(text.encode())
    if right is not None:
        assert plain_facts(text.encode()) in (None, right)
