"""Full-width punctuation and look-alikes: found where YAML needs ASCII, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from massctl.model.diagnostics import Lines
from massctl.source.yaml import YamlDocument, read_yaml

KEYS = frozenset(
    {"title", "author", "audience", "is_to_all", "towxname", "text", "content", "account"}
)


def read(text: str) -> YamlDocument:
    return read_yaml(text.encode(), "campaigns/x/campaign.yaml", "x", KEYS)


def slips(text: str) -> list[tuple[str, int | None, int | None, str | None]]:
    found = read(text).diagnostics
    return [
        (d.code, d.place.line, d.place.column, d.excerpt.corrected)
        for d in found
        if d.place and d.excerpt
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("title：春季", [("MC006", 1, 6, "title: 春季")]),
        ("title ： 春季", [("MC006", 1, 7, "title : 春季")]),
        ("audience：\n  is_to_all: true", [("MC006", 1, 9, "audience:")]),
        ('"title"：春季', [("MC006", 1, 8, '"title": 春季')]),
        ("a:\n  - title：春季", [("MC006", 2, 10, "  - title: 春季")]),
        ("a:\n  － x", [("MC006", 2, 3, "  - x")]),
        ("a:\n  －x", [("MC006", 2, 3, "  - x")]),
        ("a:\n  -　x", [("MC006", 2, 4, "  - x")]),
        ("＃ 注释\na: 1", [("MC006", 1, 1, "# 注释")]),
        ("a: true ＃注释", [("MC006", 1, 9, "a: true #注释")]),
        ("a: 春季 ＃ 注释", [("MC006", 1, 7, "a: 春季 # 注释")]),
        ('a: "x" ＃注释', [("MC006", 1, 8, 'a: "x" #注释')]),
        ("a: [x] ＃注释", [("MC006", 1, 8, "a: [x] #注释")]),
        ("a: ＃ 谁\n  b: 1", [("MC006", 1, 4, "a: # 谁")]),
        ("a:\n　　b: 1", [("MC006", 2, 1, "  b: 1")]),
        ("a:　b", [("MC006", 1, 3, "a: b")]),
        ("a: |\n　　各位好", [("MC006", 2, 1, "  各位好")]),
        ("a: [x，y]", [("MC006", 1, 6, "a: [x, y]")]),
        ("a: [x, y］", [("MC006", 1, 9, "a: [x, y]")]),
        ("a: ［x， y］", [("MC006", 1, 4, "a: [x, y]")]),
        ("a: {b：1， c: 2}", [("MC006", 1, 6, "a: {b: 1, c: 2}")]),
        ('a: {"b"：1}', [("MC006", 1, 8, 'a: {"b": 1}')]),
        ("a: ｛b: 1｝", [("MC006", 1, 4, "a: {b: 1}")]),
        ("a: [x,　y]", [("MC006", 1, 7, "a: [x, y]")]),
        ("a: ｜\n  x：y", [("MC006", 1, 4, "a: |")]),
        ("a: 😀\ntitle：😀春季", [("MC006", 2, 6, "title: 😀春季")]),
    ],
)
def test_full_width_punctuation_is_found_where_yaml_needs_ascii(
    text: str, expected: list[tuple[str, int, int, str]]
) -> None:
    assert expected == slips(text)


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        ("a: “春季”", 'a: "春季"'),
        ("a: ‘春季’", 'a: "春季"'),
        ("a: ”春季“", 'a: "春季"'),
        ('a: “春季"', 'a: "春季"'),
        ('a: "春季”', 'a: "春季"'),
        ("a: ＂春季＂", 'a: "春季"'),
        ("a: “他说 # 好”", 'a: "他说 # 好"'),
        ("a: “x” # 注释", 'a: "x" # 注释'),
        ("a: “c:\\x”", "a: 'c:\\x'"),
        ("- “x”", '- "x"'),
        ("a: [“x，y”, ‘z’]", 'a: ["x，y", "z"]'),
        ("a: {b: “x”}", 'a: {b: "x"}'),
        ("“title”: x", '"title": x'),
    ],
)
def test_a_value_wrapped_in_curly_quotes_is_reported_with_straight_ones(
    text: str, corrected: str
) -> None:
    assert [("MC007", corrected)] == [(code, line) for code, _, _, line in slips(text)]


@pytest.mark.parametrize(
    "text",
    [
        "a: “双十一”来了",
        "a: “甲”和“乙”",
        'a: "“春季”"',
        "a: '“春季”'",
        "a: 春季：大促，三天＃",
        "a: ＃话题＃ 来了",
        "a: 春季 ＃话题＃ 来了",
        "a: 【重要】通知",
        "a: ［活动］春季",
        "a: －5 度",
        "a:\n  春季：大促",
        "a:\n  - 时间：周六\n  - VIP：专享\n",
        "a: 春季\n  title：大促\n  ＃ 三天",
        "a: {b: 你好，世界, c: 时间：八点}",
        "a: [［x］, “甲”和“乙”]",
        "# title：“春季” ，\na: 1",
        "a: |\n  title：“x”\n\n    ＃ y\n  - ［z，］\n\t\n  end",
        "a: >-\n  “x”\n  title：y",
        "- |\n title：x\n- b",
        "a: 'x\n  title：y\n  “z”'",
        'a: "x\n  title：y \\" “z”"',
        "content_source_url:\n  https://example.com",
        "a: x # title：“y”",
        "a:\n  - b: |\n      title：x\n    c: d",
        "a: |2\n    title：x\n",
        "--- \na: 1\n...\n",
        "a: 各位　好",
    ],
)
def test_punctuation_in_text_comments_quotes_and_block_scalars_is_left_alone(text: str) -> None:
    assert () == read(text).diagnostics


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a:\n\tb: 1", [("MC008", 2, 1, "  b: 1")]),
        ("a:\n  \t- b", [("MC008", 2, 1, "    - b")]),
        ("a: |\n\tb", [("MC008", 2, 1, "  b")]),
        ("a:\tb", []),
        ("a: b\t# c", []),
        ("\t# comment\na: 1", []),
        ('a: "x\n\ty"', []),
        ("a: [x,\n\ty]", []),
        ("a: |\n  x\n  \ty", []),
    ],
)
def test_tabs_are_reported_where_they_indent(
    text: str, expected: list[tuple[str, int, int, str]]
) -> None:
    assert expected == slips(text)


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        ("title:春季", "title: 春季"),
        ("- title:春季", "- title: 春季"),
        ("a: {b:1}", "a: {b: 1}"),
        ("a: {{ price }} 元 # c", 'a: "{{ price }} 元" # c'),
        ("a: [{{ x }}, y]", 'a: ["{{ x }}", y]'),
        ("a: [活动]春季", 'a: "[活动]春季"'),
        ('a: "双十一"来了', "a: '\"双十一\"来了'"),
        ("a:\u00a0b", "a: b"),
        ("\u00a0\u00a0a: b", "  a: b"),
    ],
)
def test_what_yaml_cannot_read_is_reported_with_its_repair(text: str, corrected: str) -> None:
    assert [("MC004", corrected)] == [(code, line) for code, _, _, line in slips(text)]


@pytest.mark.parametrize("value", ["价格: 1999", "@所有人", "!重要 通知", ">>> 快来"])
def test_a_value_that_needs_quotes_is_the_parsers_own_fault_with_a_hint(value: str) -> None:
    document = read(f"title: {value}")
    assert ["MC004"] == [each.code for each in document.diagnostics]
    assert document.diagnostics[0].hint


def test_every_tab_that_indents_is_told_in_one_run() -> None:
    text = "mpnews:\n  articles:\n    - title: b\n\tauthor: c\nsend:\n\t\tsame_content: refuse\n"
    assert [("MC008", 4, 1, "  author: c"), ("MC008", 6, 1, "    same_content: refuse")] == slips(
        text
    )


def test_slips_of_one_kind_on_one_line_share_a_report_that_quotes_each_sign() -> None:
    (found,) = read("a: ［x，y］").diagnostics
    assert "full-width “［” “，” “］” where YAML needs “[” “,” “]”" == found.message


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("title: [甲]乙\naccount: @x\nmpnews:\n  articles:\n    - title: a: b\n", [("MC004", 1)]),
        ("title: 甲\ntitle: 乙\naccount: @x\nauthor: @y\n", [("MC005", 2), ("MC004", 3)]),
        ("account: @x\naudience：\n  is_to_all: true\n", [("MC004", 1), ("MC006", 2)]),
        ("audience：\n  is_to_all: true\nsend:\n  a：2\n  b: x\n", [("MC006", 1), ("MC006", 4)]),
        ("text:\n  content: |\n    title：x\n\taccount: [a\nauthor: b\n", [("MC008", 4)]),
        ('title: "a\n  text：x\n  b"\naccount: [a\n', [("MC004", 4)]),
    ],
)
def test_the_first_syntax_error_is_told_with_all_full_width_signs_unless_one_caused_it(
    text: str, found: list[tuple[str, int]]
) -> None:
    assert found == [(code, line) for code, line, _, _ in slips(text)]


def test_what_stands_before_a_line_at_fault_is_read() -> None:
    document = read("author: 张三\naccount: “a”\ntitle：春季\n")
    assert ({"author": "张三"}, False) == (document.data, document.is_whole)


def test_a_key_at_fault_has_no_value_and_the_others_have() -> None:
    document = read("title： x: 春季\nauthor: 张三\n")
    assert ({"author": "张三"}, True) == (document.data, document.is_whole)


TOKENS = (
    *(
        "title",
        "a",
        ":",
        "：",
        " ",
        "　",
        "\t",
        "\n",
        "-",
        "－",
        "[",
        "］",
        "{",
        "｝",
        "，",
        ",",
        "“",
        "”",
        '"',
        "'",
    ),
    *(
        "#",
        "＃",
        "|",
        ">",
        "｜",
        "{{",
        "}}",
        "&x ",
        "*x",
        "!t ",
        "\\",
        "春季",
        "😀",
        "\u00a0",
        "\r\n",
        "? ",
        "---",
    ),
)
YAML_PIECES = st.lists(st.sampled_from(TOKENS), max_size=40).map("".join)


@given(YAML_PIECES)
def test_a_report_lies_inside_the_text(text: str) -> None:
    lines = Lines(text)
    for diagnostic in read(text).diagnostics:
        place = diagnostic.place
        assert place is not None
        assert place.line is not None
        assert place.column is not None
        assert 1 <= place.column <= len(lines.written(place.line)) + 1


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")))
def test_a_properly_quoted_value_is_never_corrected(words: str) -> None:
    quoted = (
        words.replace("\\", "\\\\")
        .replace('"', '\\"')
        .replace("\n", " ")
        .replace("\r", " ")
        .replace("\t", " ")
    )
    assert [] == slips(f'title: "{quoted}"')
