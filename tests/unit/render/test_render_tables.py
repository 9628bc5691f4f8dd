"""How wide columns are: a browser breaks Chinese after each character, and a narrow column would stand upright."""

import pytest
from render_inputs import md

LONG = "在重新向服务器验证之前，不要返回文档的缓存副本，也不要保存服务器的响应"


def heads(text: str) -> list[str]:
    """The opening tags of the first row's cells."""
    return [
        each.partition(">")[0]
        for each in md(text).partition("</tr>")[0].split("<t")
        if each[:2] in ("h ", "h>")
    ]


def test_short_words_beside_a_long_text_stay_whole() -> None:
    text = f"| 指令 | 参数 | 报文类型 | 说明 |\n|---|:-:|---|---|\n| no-store | 可省略 | 请求 | {LONG} |"
    assert [
        'h style="min-width:3.4em"',
        'h style="min-width:4.5em;text-align:center"',
        'h style="min-width:3.4em"',
        "h",
    ] == heads(text.replace("no-store", "禁"))


def test_a_longer_word_may_break_but_not_after_each_character() -> None:
    assert ['h style="min-width:5.6em"', "h"] == heads(
        f"| 名 | 说明 |\n|---|---|\n| 与缓存有关的指令 | {LONG} |"
    )


@pytest.mark.parametrize(
    "text",
    [
        "| 名 | 说明 |\n|---|---|\n| 苹果 | 红的 |",
        f"| a | b |\n|---|---|\n| no-store | {LONG} |",
        f"| 甲 | 乙 |\n|---|---|\n| {LONG} | {LONG} |",
        f"<table><tr><th colspan=2>标题</th></tr><tr><td>可省略</td><td>{LONG}</td></tr></table>",
    ],
)
def test_nothing_is_said_where_nothing_is_narrow(text: str) -> None:
    assert "min-width" not in md(text)


def test_rows_of_different_length_and_tables_in_cells_are_read() -> None:
    row = f"<tr><td>必须</td><td>{LONG}</td></tr><tr><td>可选</td></tr>"
    assert ' style="min-width:3.4em">必须</td>' in md(f"<table>{row}</table>")
    inner = f"<table><tr><td><table>{row}</table></td></tr></table>"
    assert 1 == md(inner).count("min-width:3.4em")
    assert "<table></table>" in md("<table></table>")


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ('<td width="30%">a</td><td>b</td>', ['d style="width:30%"', "d"]),
        (
            "<td width=90>a</td><th width='200px'>b</th>",
            ['d style="width:90px"', 'h style="width:200px"'],
        ),
        ('<td width=90 style="width:40px">a</td>', ['d style="width:90px;width:40px"']),
        (
            '<td width=300>a</td><td width=300>b</td><td width="10%">c</td>',
            ["d", "d", 'd style="width:10%"'],
        ),
        ("<td width=auto>a</td>", ["d"]),
    ],
)
def test_a_cell_keeps_the_width_that_it_says_where_all_fit_on_a_phone(
    cells: str, expected: list[str]
) -> None:
    html = md(f"<table><tr>{cells}</tr></table>")
    assert expected == [
        each.partition(">")[0] for each in html.split("<t") if each[:2] in ("h ", "h>", "d ", "d>")
    ]


def test_a_width_that_is_said_takes_the_place_of_the_least_one() -> None:
    html = md(f'<table><tr><td width="20%">必须</td><td>{LONG}</td></tr></table>')
    assert '<td style="width:20%">必须</td>' in html
