import pytest
from render_inputs import body, lines, wrong

from massctl.model.diagnostics import Severity

PICTURE = {"spring/articles/a.png": "A"}


@pytest.mark.parametrize("name", ["main.md", "main.md.j2"])
@pytest.mark.parametrize(
    ("text", "code", "line", "column", "hint"),
    [
        ("![图]（a.png）", "MC006", 1, 1, "write `![图](a.png)`"),
        ("字\n![图]（图）", "MC006", 2, 1, "write `![图](图)`"),
        ("![图](a.png）", "MC006", 1, 1, "write `![图](a.png)`"),
        ("！[图]（a.png）", "MC006", 1, 1, "write `![图](a.png)`"),
        ("[字]（https://e.com/a）", "MC006", 1, 1, "write `[字](https://e.com/a)`"),
        ("[字]（other/page）", "MC006", 1, 1, "write `[字](other/page)`"),
    ],
)
def test_what_would_be_lost_is_an_error_with_the_right_line(
    name: str, text: str, code: str, line: int, column: int, hint: str | None
) -> None:
    found = wrong(text, PICTURE, name)
    assert (code, line, column) == lines(found)[0]
    assert Severity.ERROR is found[0].severity
    assert hint in (None, found[0].hint)


def test_a_picture_with_a_full_width_mark_before_it_is_no_link() -> None:
    assert [("MC006", 1, 2), ("MC309", 1, 7)] == lines(wrong("字！[图](a.png)"))


@pytest.mark.parametrize(
    ("text", "line", "column", "right"),
    [
        ("#标题", 1, 1, "# 标题"),
        ("a\n\n  ##Title", 3, 3, "## Title"),
        ("＃ 标题", 1, 1, "# 标题"),
        ("＃＃标题", 1, 1, "## 标题"),
        ("1.列表\n2.列表", 1, 1, "1. 列表"),
        ("-项", 1, 1, "- 项"),
        ("+项", 1, 1, "+ 项"),
    ],
)
def test_a_missing_blank_is_a_warning(text: str, line: int, column: int, right: str) -> None:
    found = wrong(text)
    assert ("MC314", line, column) == lines(found)[0]
    assert Severity.WARNING is found[0].severity
    assert f"if it is a heading or a list entry, write `{right}`" == found[0].hint


@pytest.mark.parametrize("text", ["---\ntitle: a\n---\n\n字", "---\ntitle: a\ntags:\n-项\n---"])
def test_front_matter_is_a_warning(text: str) -> None:
    assert [("MC314", 1, 1)] == lines(wrong(text))


@pytest.mark.parametrize(
    "text",
    [
        "-5 度，有风",
        "--字",
        "1.5 倍\n3.14",
        "2.x 版",
        "# 题\n\n- 项\n\n1. 列表",
        "#话题# 字",
        "#摄影 #旅行",
        "a#b -c 1.字",
        "```\n#标题\n[^1]\n```",
        "    -项",
        "`[^1]` 字 `![图]（a.png）`",
        "<p>\n-项\n</p>",
        "**强调**",
        "[注]（见下）",
        "太好了！[字](https://mp.weixin.qq.com/s/1)",
        "字 [字](https://mp.weixin.qq.com/s/1)（说明）",
        "---\n\n字\n\n---",
        "---\nhttps://mp.weixin.qq.com/s/1\n\n---",
        "[^ ]",
    ],
)
def test_prose_and_code_say_nothing(text: str) -> None:
    assert [] == wrong(text)


def test_reports_have_an_end() -> None:
    assert 50 == len([d for d in wrong("#a\n" * 60) if d.code == "MC314"])


@pytest.mark.parametrize("text", ["<p>**词**</p>", "<section>\n<b>字</b> **词\n</section>", "**词"])
def test_asterisks_that_stay_are_a_warning(text: str) -> None:
    assert ["MC312"] == [d.code for d in wrong(text)]


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ('<div align="center">![图](a.png)</div>', "MC201", 26),
        ("<p>![](images/no file.jpg)</p>", "MC201", 8),
        ("<center>[站](https://e.com/1)</center>", "MC312", 9),
        ("<center>\n## 标题\n</center>", "MC312", 1),
        ("<div>- 列表</div>", "MC312", 6),
        ("<figure>`code`</figure>", "MC312", 9),
        ("<p>==亮==</p>", "MC312", 4),
        ("<p>~~删~~</p>", "MC312", 4),
        ("<p>字[^1]</p>\n\n[^1]: 注", "MC312", 5),
        ("<center>$E=mc^2$</center>", "MC312", 9),
    ],
)
def test_markdown_that_is_not_read_inside_html_is_told(text: str, code: str, column: int) -> None:
    found = [each for each in wrong(text, PICTURE) if each.code in ("MC201", "MC312")]
    assert [(code, column)] == [(each, at) for each, _, at in lines(found)]
    assert (
        "Markdown is not read directly after a tag: leave a line empty there, or write HTML"
        == found[0].hint
    )


def test_markdown_in_an_argument_of_a_block_has_its_own_hint() -> None:
    (found,) = wrong("{{ blocks.lead('**不粗**') }}", name="main.md.j2")
    assert (
        "MC312",
        "what a block is given is text: write Markdown between {% call %} and {% endcall %}",
    ) == (
        found.code,
        found.hint,
    )


@pytest.mark.parametrize(
    "text",
    [
        "<pre>![图](a.png)\n- a\n</pre>",
        "<p><code>[a](b) `c` $x^2$</code></p>",
        "<p>价格 $5 和 $6，- 减</p>",
        "<p>a == b，[注]（见下）</p>",
        "<!-- ![图](a.png) -->\n\n字",
        "<div>\n\n![图](a.png '题')\n\n</div>",
        "<p title='[a](b)'>字</p>",
    ],
)
def test_code_and_signs_inside_html_say_nothing(text: str) -> None:
    assert [] == [each for each in wrong(text, PICTURE) if each.code in ("MC201", "MC312")]


@pytest.mark.parametrize("text", ["<p title='**a**'>a</p>", "<!-- **a** -->\n\na"])
def test_asterisks_that_nobody_sees_are_none(text: str) -> None:
    assert [] == wrong(text)


@pytest.mark.parametrize("text", ["![图]()", "![图]( )", "![图](<>)"])
def test_an_empty_address_is_placed_where_it_should_be(text: str) -> None:
    found = wrong(text)
    assert [("MC201", 1, 6)] == lines(found)
    assert "the picture's address is empty" == found[0].message


def test_an_address_with_entities_is_found_in_the_article() -> None:
    text = "a & b\n\n[a](jAvaScript&colon;alert(1)) [b](<java&#115;cript:x>)"
    assert [("MC308", 3, 5), ("MC308", 3, 37)] == lines(wrong(text))


TABLE = "| A | B |\n|---|---|\n"


@pytest.mark.parametrize(
    ("text", "line", "column", "lost"),
    [
        (TABLE + "| 1 | 2 | 丢了 | 第四格 |", 3, 11, "丢了 | 第四格"),
        (TABLE + "| 1 | 2 |\n| a\\|b | `x|y` |", 4, 13, "y`"),
        ("A | B\n--|--\n1 | 2 | 3", 3, 9, "3"),
        ("> - a\n>\n>   | A |\n>   |---|\n>   | 1 | 2 |", 5, 11, "2"),
        (TABLE + f"| 1 | 2 | {'长' * 50} |", 3, 11, "长" * 40 + "…"),
    ],
)
def test_cells_without_a_column_are_an_error(text: str, line: int, column: int, lost: str) -> None:
    found = wrong(text)
    assert [("MC343", line, column)] == lines(found)
    assert Severity.ERROR is found[0].severity
    assert found[0].message.endswith(f"these are lost: `{lost}`")
    assert found[0].hint is not None
    assert "`\\|`" in found[0].hint


@pytest.mark.parametrize(
    "row",
    [
        "| 1 | 2 |",
        "| 1 | 2",
        "1 | 2 |",
        "| 1 |",
        "| 1 | 2 | |",
        "| 1 | 2 | | |",
        "| a\\|b | `x\\|y` |",
        "| | 2 |",
    ],
)
def test_cells_with_a_column_say_nothing(row: str) -> None:
    assert [] == wrong(TABLE + row)


@pytest.mark.parametrize(
    ("text", "column", "right"),
    [
        ("好 __下划线__粗", 3, "**下划线**"),
        ("这是__粗__吗", 3, "**粗**"),
    ],
)
def test_underscores_that_stay_are_a_warning(text: str, column: int, right: str) -> None:
    found = wrong(text)
    assert [("MC312", 1, column)] == lines(found)
    assert Severity.WARNING is found[0].severity
    assert f"write `{right}`: underscores next to Chinese are not emphasis" == found[0].hint


@pytest.mark.parametrize(
    "text",
    [
        "__粗__",
        "`这是__粗__吗`",
        "填空：____",
        "方法__init__()是",
        "a__b__c",
        "看 x/__init__.py",
        "é__x__é",
    ],
)
def test_underscores_that_are_meant_say_nothing(text: str) -> None:
    assert [] == wrong(text)


@pytest.mark.parametrize(
    ("text", "line", "column", "told"),
    [
        (
            "| a | b | c |\n|---|---|\n| 1 | 2 | 3 |",
            2,
            1,
            "the header has 3 cells, the line of dashes 2",
        ),
        ("> `a|b` | c\n> --|:-:\n> 1 | 2", 2, 3, "the header has 3 cells, the line of dashes 2"),
        ("字\n\n| a | b |\n| 1 | 2 |", 3, 1, "the line of dashes below the header is missing"),
        ("看[词][nope]，", 1, 2, "`[词][nope]` is not a link: there is no definition of `[nope]`"),
        ("[词][]", 1, 1, "`[词][]` is not a link: there is no definition of `[词]`"),
        ("[词] (https://e.com/a)", 1, 1, "`[词] (https://e.com/a)` is not a link"),
        ("（词）[https://e.com/a]", 1, 1, "`（词）[https://e.com/a]` is not a link"),
    ],
)
def test_tables_and_links_that_are_none_are_a_warning(
    text: str, line: int, column: int, told: str
) -> None:
    found = wrong(text)
    assert [("MC314", line, column)] == lines(found)
    assert Severity.WARNING is found[0].severity
    assert found[0].message.endswith(told)


@pytest.mark.parametrize("text", ["![图][a]", "![图] (https://e.com/a.png)"])
def test_a_picture_that_is_none_is_an_error(text: str) -> None:
    found = wrong(text)
    assert [("MC201", 1, 1)] == lines(found)
    assert Severity.ERROR is found[0].severity


@pytest.mark.parametrize(
    "text",
    [
        "|x| + |y|\n|z|",
        "| a | b |",
        "a | b\nc | d",
        "- -\n--",
        "a[i][j] 见[1][2] [WARN][net] [x](https://mp.weixin.qq.com/s/1)[y]",
        "`[词][nope]` [1] (https://e.com/a)",
        "[词][a]\n\n[a]: https://mp.weixin.qq.com/s/1",
        "（词）[注]",
    ],
)
def test_bars_and_brackets_of_prose_say_nothing(text: str) -> None:
    assert [] == wrong(text)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("你好 {{ name }}", 1, 4),
        ("{% if a %}字", 1, 1),
        ('字\n\n{{< figure src="a.png" >}}', 3, 1),
        ("<p>{{ name }}</p>", 1, 4),
        ("[TOC]", 1, 1),
        ("字\n\n[[toc]]", 3, 1),
        ("@[TOC]", 1, 1),
        ("* 目录\n{:toc}", 2, 1),
        ("## 标题 {#title}", 1, 7),
        ("字\n\n```mermaid\ngraph TD; A-->B\n```", 3, 4),
        ("> ```PlantUML\n> a\n> ```", 1, 6),
        *(
            (f"```{language}\na\n```", 1, 4)
            for language in ("puml", "dot", "graphviz", "echarts", "d2", "vega-lite")
        ),
        *((f"字\n\n{mark}", 3, 1) for mark in ("[[_TOC_]]", "${toc}", "[TOC levels=2]", "{: toc}")),
        ("见 [[会员 手册]]", 1, 3),
        ("见 [[#标题|那里]]", 1, 3),
        ("![[会员手册]]", 1, 1),
        ("![图|300](a.png)", 1, 4),
        ("![图](a.png){width=50%}", 1, 12),
        ("字%%只给自己看%%", 1, 2),
        ("import A from './a'\n\n字", 1, 1),
        ("export const a = 1", 1, 1),
        ("字++下划线++字", 1, 2),
        ("*[HTML]: Hyper Text\n\nHTML", 1, 1),
        ("!!! note\n    字", 1, 1),
        ("<![图](a.png),![图](a.png)>", 1, 1),
        ('{% asset_img a.png "题" %}', 1, 1),
    ],
)
def test_marks_of_other_tools_are_a_warning(text: str, line: int, column: int) -> None:
    found = wrong(text, {"spring/articles/a.png": "A"})
    assert [("MC344", line, column)] == lines(found)
    assert Severity.WARNING is found[0].severity


@pytest.mark.parametrize(
    "text",
    [
        "`{{ name }}` 和 `[TOC]`",
        "```jinja\n{{ name }}\n[TOC]\n```",
        "    {{ name }}",
        "$\\frac{{a}}{{b}}$ {a} {{}}",
        "见 [TOC] 和 {#}",
        "[[1]](https://mp.weixin.qq.com/s/1) 和 [[1, 2], [3]] 和 [[ -f x ]] 和 `[[a]]` 和 \\[[a]]",
        "import it from the shop",
        "```\n%% 注 %%\n*[a]: b\n```",
        "C++ 和 C++，i++ 与 ++i，++ 两边有空格 ++，`++a++`",
        "100%%，200%% 和 {a} 和 *[a]* 和 !!!",
    ],
)
def test_marks_that_are_what_it_is_about_say_nothing(text: str) -> None:
    assert [] == wrong(text)


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("字 {% note %}", "MC344", "write the result of the other tool, or remove it"),
        (
            "[TOC]\n\n[TOC]",
            "MC344",
            "remove it; if readers need an overview, write the headings as a list",
        ),
        (
            "```mermaid\na\n```",
            "MC344",
            "export it as a picture, and write `![…](images/diagram.png)` instead",
        ),
        ("![[图 1.png|300]]", "MC201", 'write `![…](<图 1.png> "…")`'),
        ("![图](a.png =40%x)", "MC201", 'give a width in HTML: `<img src="a.png" width="50%">`'),
        ("![图](a.png =300x)", "MC201", 'give a width in HTML: `<img src="a.png" width="50%">`'),
        ("![图|300](a.png)", "MC344", 'give a width in HTML: `<img src="a.png" width="50%">`'),
        (
            "![图](a.png){width=50%}",
            "MC344",
            'give a width in HTML: `<img src="a.png" width="50%">`',
        ),
        ("++词++", "MC344", "write `<u>…</u>`"),
        (
            "<audio src=a.mp3></audio>",
            "MC308",
            "insert the sound in the console and copy its element: `<mp-common-mpaudio>`",
        ),
        (
            "@startuml\nA -> B\n@enduml",
            "MC344",
            "export it as a picture, and write `![…](images/diagram.png)` instead",
        ),
        (
            "<![图](a.png)>",
            "MC344",
            "write the pictures on one line without `<`, `,` and `>`: they stand side by side",
        ),
    ],
)
def test_a_mark_of_another_tool_has_one_way_out(text: str, code: str, hint: str) -> None:
    found = wrong(text, {"spring/articles/a.png": "A"})
    assert [(code, hint)] == [(each.code, each.hint) for each in found]


def test_a_template_may_write_braces_and_html_that_is_none_is_told() -> None:
    assert [] == wrong("{{ '{{ name }}' }}", name="main.md.j2")
    assert [("MC344", 1, 4)] == lines(wrong("<p>{{ name }}</p>", name="main.html"))
    assert [] == wrong("<p>{{ '{{ name }}' }}</p>", name="main.html.j2")


def test_an_identifier_between_underscores_is_code() -> None:
    found = wrong("用__init__方法")
    assert [("MC312", 1, 2)] == lines(found)
    assert "write `**init**`, or, if it is code, put it between back-ticks" == found[0].hint


def test_a_note_in_the_wrong_brackets_is_not_said_whole() -> None:
    found = wrong(f"字[^{'长' * 90}]。")
    assert [("MC326", 1, 2)] == lines(found)
    assert 90 > len(found[0].message)
    assert "an inline note is written `^[…]`" == found[0].hint


def test_a_note_in_the_line_is_read_as_the_article_is() -> None:
    assert [("MC312", 1, 6)] == lines(wrong("字^[注 **a(b)**c]"))
    definition = "[a]: https://mp.weixin.qq.com/s/a"
    assert [] == wrong(f"字^[看 [页][a]]\n\n{definition}")
    assert [("MC349", 3, 6)] == lines(wrong(f"字^[看]\n\n{definition}"))


def test_only_html_without_its_end_is_told() -> None:
    assert [("MC327", 1, 3)] == lines(wrong('字 <span x="a 和'))
    assert [] == wrong('字 <word x="a 和')


def test_what_stands_there_with_escapes_or_entities_has_its_line() -> None:
    assert [("MC312", 3, 1)] == lines(wrong("字\n\n** 值得注意的是，在这里 \\_\\_block 会被保留"))
    assert [("MC309", 3, 5)] == lines(wrong("[字][1]\n\n[1]:https://a.cn/b?c=1&amp;d=2"))
    assert [(None, None)] == [(c, d) for _, c, d in lines(wrong("** 词 \\_\\_b"))]


@pytest.mark.parametrize(
    ("text", "line", "column", "hint"),
    [
        ("::: waring 注意\n内容\n:::", 1, 1, "did you mean `warning`?"),
        ("> [!TIPS]\n> 内容", 1, 3, "did you mean `tip`?"),
        (
            "字\n\n::: foo\n内容\n:::",
            3,
            1,
            "a box is one of note, tip, important, warning, caution, details",
        ),
        (
            "::: {.提示}\n内容\n:::",
            1,
            1,
            "a box is one of note, tip, important, warning, caution, details",
        ),
        (
            "::: tip\n字\n:::\n\n:::",
            5,
            1,
            "remove it; a box with another in it is written with `::::`",
        ),
        (
            "::: tip\n::: note\n字\n:::\n:::",
            2,
            1,
            "write `:::` on a line after it; a box with another in it is written with `::::`",
        ),
        ("字\n\n> ~~~py\n> x", 3, 3, "write `~~~` on a line after it"),
        ("```py\nx\n``\n\n字", 1, 1, "write ` ``` ` on a line after it"),
    ],
)
def test_a_box_or_code_that_is_none_or_never_ends_is_a_warning(
    text: str, line: int, column: int, hint: str
) -> None:
    found = wrong(text)
    assert [("MC314", line, column)] == lines(found)
    assert Severity.WARNING is found[0].severity
    assert hint == found[0].hint


@pytest.mark.parametrize(
    "text",
    [
        "::: tip\n字\n:::",
        ":::: tip\n::: note\n字\n:::\n::::",
        "> [!NOTE]\n> 字",
        "> [!字]",
        "字 ::: 字",
        "```\n::: foo\n```",
        "~~~~\nx\n~~~~~",
        "> ```\n> x\n> ```\n\n字",
        "- a\n\n  ```\n  x\n  ```\n\n字",
        "| a |\n|---|\n| ::: x\\|b |",
    ],
)
def test_boxes_and_code_that_end_say_nothing(text: str) -> None:
    assert [] == wrong(text)


@pytest.mark.parametrize(
    ("text", "line", "written", "shown"),
    [
        ("1. 甲\n10. 乙\n11. 丙", 2, "10.", "2."),
        ("3) 甲\n5) 乙", 2, "5)", "4."),
        ("> 1. 甲\n> 4. 乙\n> 5. 丙", 2, "4.", "2."),
    ],
)
def test_a_number_that_markdown_counts_anew_is_told(
    text: str, line: int, written: str, shown: str
) -> None:
    (found,) = wrong(text)
    assert (("MC351", line), Severity.WARNING) == (lines([found])[0][:2], found.severity)
    assert f"`{written}` is shown as `{shown}`" in found.message


@pytest.mark.parametrize(
    "text", ["1. 甲\n1. 乙\n1. 丙", "0. 甲\n0. 乙", "10. 甲\n11. 乙", "1. 甲\n<!-- -->\n10. 乙"]
)
def test_numbers_that_count_or_that_are_all_the_same_say_nothing(text: str) -> None:
    assert [] == wrong(text)


def test_what_the_hint_says_keeps_the_number() -> None:
    assert "10. 乙" in body("1. 甲\n\n<!-- -->\n\n10. 乙")
