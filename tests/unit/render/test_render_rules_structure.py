"""WeChat's structure rules: for each, markup that breaks it and markup that keeps it, with the line in the source."""

import pytest
from render_inputs import body, lines, wrong

HITS = [
    ("MC330", '<section>\n<img alt="" style="opacity: 0" src="a.png"></section>'),
    ("MC331", '<p\n></p><p style="caret-color:rgba(0, 0, 0, 0)">字</p>'),
    ("MC331", '<br\n><p style="caret-color:transparent">字</p>'),
    ("MC332", '<br>\n<p style="line-height:0">一行<br>又一行</p>'),
    ("MC332", f'<br>\n<p style="line-height:10px;font-size:20px">{"字" * 40}</p>'),
    ("MC332", f'<br>\n<section style="line-height:.5"><p><span>{"字" * 40}</span></p></section>'),
    ("MC332", f'<br>\n<p style="line-height:50%">{"字" * 40}</p>'),
    ("MC332", f'<br>\n<p style="line-height:.5em">{"字" * 40}</p>'),
    ("MC333", '<br>\n<section style="width: 586.438px">字</section>'),
    ("MC333", '<br>\n<section style="min-width:400px">字</section>'),
    ("MC333", '<br>\n<section style="width:300pt">字</section>'),
    ("MC333", '<br>\n<section style="width:30em">字</section>'),
    ("MC333", '<br>\n<section style="margin-left: 294pt;">字</section>'),
    ("MC334", '<br>\n<section style="height: 0px"><p><span>字</span></p></section>'),
    ("MC334", '<br>\n<section style="max-height:0">字</section>'),
    ("MC335", '<br>\n<p style="text-align: START">字</p>'),
    ("MC335", '<br>\n<p style="text-align:end !important">字</p>'),
    ("MC336", 'a\n<svg><animate begin="touchstart" dur="1s"></animate></svg>'),
    ("MC337", "<br>\n<pre>字</pre>"),
    ("MC338", "<br>\n" + "<section>" * 11 + "字" + "</section>" * 11),
    ("MC339", "<br>\n<span leaf><section>字</section></span>"),
    ("MC339", "<br>\n<section nodeleaf>字</section>"),
    ("MC340", '<br>\n<p style="font-family: Songti SC, serif">字</p>'),
    ("MC341", '<br>\n<p style="color:red !important">字</p>'),
    ("MC341", '<br>\n<p style="background: linear-gradient(red, blue)">字</p>'),
    (
        "MC341",
        '<br>\n<section style="background-image:linear-gradient(red, blue)"><p>字</p></section>',
    ),
]


@pytest.mark.parametrize(("code", "html"), HITS)
def test_what_breaks_a_rule_is_a_warning_on_its_line(code: str, html: str) -> None:
    found = wrong(html + "<p>字</p>", {"spring/articles/a.png": "A"}, "main.html")
    assert (code, 2) in [(code, line) for code, line, _ in lines(found)]


@pytest.mark.parametrize(
    "html",
    [
        '<img alt="" style="opacity: 0.5" src="a.png">',
        '<section style="opacity:0">字</section>',
        '<p style="caret-color:#000">字</p>',
        '<section style="line-height:0"><img alt="" src="a.png"></section>',
        '<p style="line-height:0">一行</p>',
        f'<p style="line-height:1.6">{"字" * 40}</p>',
        f'<p style="line-height:10px;font-size:10px">{"字" * 60}</p>',
        f'<p style="line-height:normal">{"字" * 60}</p>',
        f'<section style="line-height:0"><p style="line-height:28px">{"字" * 60}</p></section>',
        '<svg style="line-height:0"><text>' + "字" * 60 + "</text></svg>",
        '<section style="width:100%">字</section>',
        '<section style="width:375px">字</section>',
        '<section style="width:600px;max-width:100%">字</section>',
        '<section style="max-width:677px">字</section>',
        '<section data-ignore-width><table style="width:800px"><tr><td>字</td></tr></table></section>',
        '<img alt="" style="width:600px" src="a.png">',
        '<svg style="width:600px"><g style="width:600px"></g></svg>',
        '<p style="margin-left:20px">字</p>',
        '<section style="height:0"></section>',
        '<section style="height:0%">字</section>',
        '<section data-mode="svg"><section style="height:0">字</section></section>',
        '<p style="text-align:left">字</p>',
        '<svg><animate begin="touchstart; click"></animate></svg>',
        '<svg><animate begin="click"></animate></svg>',
        '<section title="touchstart">字</section>',
        '<pre style="white-space:pre-wrap">字</pre>',
        "<pre></pre>",
        "<section>" * 10 + "字" + "</section>" * 10,
        "<section>" * 6
        + "<p>"
        + "<section>" * 6
        + "字"
        + "</section>" * 6
        + "</p>"
        + "</section>" * 6,
        "<section>字" * 12 + "</section>" * 12,
        "<span leaf><b>字</b></span>",
        '<section nodeleaf><img alt="" src="a.png"></section>',
        '<p class="leaf">字</p>',
        "<p style=\"font-family: mp-quote, 'PingFang SC', system-ui, -apple-system, serif\">字</p>",
        '<p style="font-family:Menlo,monospace">字</p>',
        '<p style="font-family:Menlo,monospace">字</p><p style="font-family:">字</p>',
        '<section data-no-dark><p style="color:red !important">字</p></section>',
        '<p data-ignore-dm="low-contrast text-bg-gradient" style="background:linear-gradient(red, blue)">字</p>',
        '<section style="background:linear-gradient(red, blue);height:4px"></section>',
        "</section>字</p>",
    ],
)
def test_what_keeps_the_rules_says_nothing(html: str) -> None:
    assert [] == wrong(html + "<p>字</p>", {"spring/articles/a.png": "A"}, "main.html")


def test_the_second_of_two_equal_faults_has_its_own_line() -> None:
    html = '<p style="text-align:start">一</p>\n<p style="text-align:start">二</p>'
    assert [("MC335", 1, 1), ("MC335", 2, 1)] == lines(wrong(html, {}, "main.html"))


def test_a_design_that_repeats_a_fault_is_told_ten_times() -> None:
    html = "".join(f'<p style="text-align:start">{number}</p>\n' for number in range(30))
    assert 10 == len(wrong(html, {}, "main.html"))


def test_one_element_is_told_once_however_much_it_holds() -> None:
    html = f'<section style="line-height:0"><p>{"字" * 40}</p><p>{"字" * 40}</p></section>'
    assert [("MC332", 1, 1)] == lines(wrong(html, {}, "main.html"))


def test_tags_in_an_article_of_markdown_are_found_in_it() -> None:
    assert [("MC335", 3, 1)] == lines(wrong('字\n\n<p style="text-align:start">字</p>\n'))


def test_markdown_of_ours_keeps_every_rule() -> None:
    text = "# 一\n\n- 甲\n  1. 乙\n     - 丙\n\n> 引\n\n```py\nx = 1\n```\n\n|a|b|\n|-|-|\n|1|2|\n\n**粗** `码`\n"
    assert "<section" in body(text)
    assert [] == wrong(text)


def test_important_matters_for_colours_only() -> None:
    style = '<p style="max-width:100% !important;{}">字</p>'
    assert [] == wrong(style.format("color:#333"), {}, "main.html")
    assert ["MC341"] == [
        each.code for each in wrong(style.format("color:#333 !important"), {}, "main.html")
    ]
