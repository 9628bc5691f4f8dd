"""Themes: found by name, resolved before inlining, and everything that cannot work told at once with its place."""

from collections.abc import Mapping

import pytest
from building import sha
from hypothesis import given
from hypothesis import strategies as st
from render_inputs import CAMPAIGN, Folder, hold, news, render, rendered
from rendering import render_campaign

from massctl.model.campaign import CampaignFile
from massctl.model.diagnostics import Diagnostic, KeyPath, Place, Severity
from massctl.model.message import NewsMessage
from massctl.model.settings import Account, MassctlFile
from massctl.model.theme import Brand, ThemeSettings
from massctl.render.dark_mode import faded, reads
from massctl.render.elements import ELEMENTS, Handling
from massctl.render.theme import BUILT_IN, PARTS, STANDARD, resolved
from massctl.render.theme_css import CHARACTERS_MAX, read_sheet
from massctl.source.renderer import built_in_theme

BRAND = "_shared/themes/brand.css"
BASE = built_in_theme("base") or ""
CAMPAIGN_YAML = "campaigns/spring/campaign.yaml"


def folder(
    css: str = "", files: Mapping[str, str] | None = None, built_in: str = "p{margin:0}"
) -> Folder:
    """A campaign of two Markdown articles and one of HTML, and the house's theme `brand`."""
    usual = {
        "spring/articles/main.md": "正文",
        "spring/articles/other.md": "## 题",
        "spring/articles/card.html": "<p>正文</p>",
        "spring/images/cover.jpg": "cover",
    }
    return Folder({**usual, **({BRAND: css} if css else {}), **(files or {})}, built_in)


def contents(file: CampaignFile, files: Folder) -> list[str]:
    message = rendered(file, files).message
    assert isinstance(message, NewsMessage)
    return [article.content for article in message.articles]


def content(css: str, files: Mapping[str, str] | None = None) -> str:
    return contents(news({}, theme="brand"), folder(css, files))[0]


def told(
    css: str, files: Mapping[str, str] | None = None, file: CampaignFile | None = None
) -> list[Diagnostic]:
    return render(file or news({}, theme="brand"), folder(css, files))[1]


def places(found: list[Diagnostic]) -> list[tuple[str, int | None, int | None]]:
    assert {"campaigns/" + BRAND} == {each.place.file for each in found if each.place}
    return [(each.code, each.place.line, each.place.column) for each in found if each.place]


# Which theme it is.


def test_an_article_wears_its_own_theme_the_campaigns_or_a_built_in_one():
    files = {"_shared/themes/blue.css": "p{color:blue}"}
    two = ({"theme": "blue"}, {})
    assert ["color:blue", "color:red"] == [
        each.split('<p style="')[1].split('"')[0]
        for each in contents(news(*two, theme="brand"), folder("p{color:red}", files))
    ]
    assert ["color:blue", "margin:0"] == [
        each.split('<p style="')[1].split('"')[0]
        for each in contents(news(*two), folder("", files))
    ]


@pytest.mark.parametrize(
    ("file", "key"),
    [
        (news({}, theme="brend"), "theme"),
        (news({"theme": "brend"}), "mpnews.articles.0.theme"),
        (
            news({"theme": {"accent": "#731"}}, theme={"name": "brend", "font_size": 16}),
            "theme.name",
        ),
    ],
)
def test_an_unknown_theme_is_told_at_its_key_with_the_name_that_is_meant(
    file: CampaignFile, key: str
):
    (found,) = told("p{margin:0}", file=file)
    assert found.code == "MC111"
    assert found.place is not None
    assert found.place.file == f"{CAMPAIGN_YAML}:{key}"
    assert (
        found.message
        == "there is no theme `brend`; available: brand, danmo, nuanyang, qingshan, zaobao, zhaopai"
    )
    assert found.hint == "did you mean `brand`?"


NAME = {("theme", "name"): (9, 8)}
ACCENT = {("theme", "name"): (9, 8), ("brand", "accent"): (12, 11)}


@pytest.mark.parametrize(
    ("file", "account", "settings", "place"),
    [
        (news({}), {"theme": ThemeSettings(name="brend")}, NAME, (9, 8)),
        (news({"theme": {"font_size": 16}}), {"theme": ThemeSettings(name="brend")}, NAME, (9, 8)),
        (news({}), {"brand": Brand(accent="#ff0")}, ACCENT, (12, 11)),
        (news({}, theme={"font_size": 16}), {"brand": Brand(accent="#ff0")}, ACCENT, (12, 11)),
    ],
)
def test_a_theme_and_an_option_of_massctl_yaml_are_told_in_massctl_yaml(
    file: CampaignFile,
    account: dict[str, object],
    settings: dict[KeyPath, tuple[int, int]],
    place: tuple[int, int],
):
    files = folder("", None, built_in_theme("qingshan") or "")
    files.settings = settings
    (found,) = render(file, files, **account)[1]
    assert Place("massctl.yaml", *place) == found.place


def test_nothing_is_suggested_for_a_name_like_no_other():
    (found,) = told("", file=news({}, theme="x"))
    assert ("MC111", "write one of these names") == (found.code, found.hint)


def test_a_theme_that_articles_share_is_told_once():
    assert 1 == len(told("q", file=news({}, {}, theme="brand")))


def test_a_theme_that_cannot_be_read_is_told():
    class Broken(Folder):
        def template(self, path: str, /):
            return super().template(path + ".broken" if path == BRAND else path)

    files = folder("p{}")
    broken = Broken(files.files, files.css)
    assert ["MC003"] == [each.code for each in render(news({}, theme="brand"), broken)[1]]


def test_a_house_theme_of_a_built_ins_name_wins_and_says_so():
    files = folder("", {"_shared/themes/danmo.css": "p{color:#08684f}"})
    file = news({}, theme="danmo")
    assert "color:#08684f" in contents(file, files)[0]
    (found,) = render(file, files)[1]
    assert ("MC116", Severity.INFO) == (found.code, found.severity)
    assert Place("campaigns/_shared/themes/danmo.css", 1, 1) == found.place


def test_a_theme_for_html_that_is_passed_through_is_refused():
    (found,) = told("p{margin:0}", file=news({"content": "articles/card.html", "theme": "brand"}))
    assert ("MC014", True) == (found.code, "passed through" in found.message)


@pytest.mark.parametrize("article", [{"content": "articles/card.html"}, {"theme": "danmo"}])
def test_a_theme_that_no_article_wears_is_refused(article: dict[str, str]):
    (found,) = told("p{margin:0}", file=news(article, theme="brand"))
    assert ("MC014", True) == (found.code, "no article" in found.message)
    assert found.place is not None
    assert found.place.file == f"{CAMPAIGN_YAML}:theme"


def test_a_theme_that_is_inherited_may_be_worn_by_no_article():
    found, _ = render_campaign(
        CAMPAIGN,
        news({"theme": "danmo"}, theme="brand"),
        account=Account(appid="wx0123456789abcdef", kind="service", secret_env="SECRET"),
        inputs=folder("p{margin:0}"),
        source_sha256=sha("folder"),
        place=lambda *_: Place("campaigns/_defaults.yaml", 1, 1),
    )
    assert found is not None
    assert [] == [each.code for each in found.diagnostics if each.code == "MC014"]


# What it is made of.


@pytest.mark.parametrize(
    ("css", "style"),
    [
        (":root{--a:#123456}p{color:var(--a)}", "color:#123456"),
        (":root{--a: 1px  2px ;}p{margin:var( --a )}", "margin:1px 2px"),
        (":root{--a:var(--b);--b:red}p{color:var(--a)}", "color:red"),
        ("p{color:var(--a,red)}", "color:red"),
        ("p{color:var(--a,var(--b, blue))}", "color:blue"),
        ("p{color:var(--a /* c */ , red)}", "color:red"),
        ("p{padding:calc(1px + (2px*var(--a,3)))}", "padding:calc(1px + (2px*3))"),
        ("P{COLOR:red/* why */}", "color:red"),
        ("p{font-family:\"a b\",'c\\'d'}", "font-family:'a b','c\\'d'"),
        ("@charset 'utf-8';p{color:red}", "color:red"),
        (":root{--a:red}\r\np{\r\ncolor:var(--a)}", "color:red"),
        ("p{background:url(https://mmbiz.qpic.cn/x)}", "background:url(https://mmbiz.qpic.cn/x)"),
        ("p{background:url('http://mmbiz.qpic.cn/x')}", "background:url(https://mmbiz.qpic.cn/x)"),
        ("p{background:url(//mmbiz.qpic.cn/x)}", "background:url(https://mmbiz.qpic.cn/x)"),
    ],
)
def test_values_are_resolved(css: str, style: str):
    assert f'<section><p style="{style}">正文</p></section>' == content(css)


def test_a_theme_begins_with_others_and_has_the_last_word():
    css = '@import "qingshan";\n@import "line";\n:root{--a:red}'
    files = {"_shared/themes/line.css": ":root{--a:blue;--b:green}p{color:var(--a);margin:1px}"}
    found = contents(news({}, theme="brand"), folder(css, files, "p{margin:0;padding:0}"))[0]
    assert '<section><p style="margin:1px;padding:0;color:red">正文</p></section>' == found


def test_a_house_theme_may_begin_with_the_one_whose_place_it_takes():
    files = folder("", {"_shared/themes/danmo.css": '@import "danmo";p{color:red}'}, "p{margin:0}")
    assert 'style="margin:0;color:red"' in contents(news({}, theme="danmo"), files)[0]


def test_selectors_by_place_work():
    assert "color:red" in content("p:first-child:not(.x):nth-child(2n+1){color:red}")


WRITTEN: dict[str, str] = {
    **{
        name: f"<{name}>x</{name}>"
        for name in ("b", "big", "em", "i", "s", "small", "span", "strong", "sub")
    },
    **{name: f"<{name}>x</{name}>" for name in ("sup", "u", "section", "mark")},
    **{f"h{rank}": f"{'#' * rank} x" for rank in range(1, 7)},
    **dict.fromkeys(["table", "thead", "tbody", "tr", "th", "td"], "|a|\n|-|\n|1|"),
    **dict.fromkeys(["ruby", "rt", "rp"], "<ruby>汉<rp>(</rp><rt>h</rt><rp>)</rp></ruby>"),
    **dict.fromkeys(["dl", "dt", "dd"], "a\n: b"),
    **dict.fromkeys(["figure", "figcaption", "img"], '![a](images/a.png "b")'),
    **dict.fromkeys(["details", "summary"], "<details><summary>a</summary>b</details>"),
    **dict.fromkeys(
        ["tfoot", "caption"],
        "<table><caption>a</caption><tfoot><tr><td>1</td></tr></tfoot></table>",
    ),
    "a": "[a](https://mp.weixin.qq.com/s/a)",
    "blockquote": "> a",
    "br": "a\\\nb",
    "code": "`a`",
    "hr": "a\n\n---",
    "li": "- a",
    "p": "a",
    "pre": "```\na\n```",
}
"""Markdown or HTML for each element that a rule of a theme applies to, besides drawings and components of WeChat."""


@pytest.mark.parametrize("name", WRITTEN)
def test_a_rule_for_an_element_applies_to_what_it_becomes(name: str):
    files = {"spring/articles/main.md": WRITTEN[name], "spring/images/a.png": "a"}
    assert "outline:1px" in content(f"{name}{{outline:1px}}", files)


def test_a_rule_for_any_other_element_says_that_nothing_has_it():
    copied = {
        name for name, row in ELEMENTS.items() if row.handling in (Handling.COPY, Handling.PART)
    }
    others = {*ELEMENTS, "blockqoute"} - {*WRITTEN} - {"o:p"}
    silent = {name for name in others if not read_sheet(f"{name}{{margin:0}}").faults}
    assert copied == silent


@pytest.mark.parametrize(
    ("selector", "written"),
    [
        ("pre", ".code"),
        ("PRE.x > span", ".code.x > span"),
        ("p:not(pre):has(figure)", "p:not(.code):has(.figure)"),
        ("figure figcaption,li p", ".figure .caption,.item p"),
        (".pre,.li:first-child,[lang=pre]", ".pre,.li:first-child,[lang=pre]"),
    ],
)
def test_an_element_is_selected_by_the_class_that_massctl_gives_it(selector: str, written: str):
    sheet = read_sheet(f"{selector}{{margin:0}}")
    assert ((), [written]) == (sheet.faults, [rule.selector for rule in sheet.rules])


def test_a_rule_for_pre_outranks_the_base_and_gives_way_to_a_style_of_code():
    css = '@import "base";pre{background:#123456}'
    files = folder(css, {"spring/articles/main.md": WRITTEN["pre"]}, BASE)
    assert "background:#123456" in contents(news({}, theme="brand"), files)[0]
    dark = contents(news({}, theme={"name": "brand", "code": "dark"}), files)[0]
    assert ("#123456" in dark, "#23272e" in dark) == (False, True)


# Pictures.


def test_a_picture_is_found_from_the_theme_and_used_only_where_it_shows():
    css = "h2{background:url(paper.png)}p{color:red}blockquote{background:url( 'no.png' )}"
    files = folder(css, {"_shared/themes/paper.png": "paper", "_shared/themes/no.png": "no"})
    campaign = rendered(news({}, {"content": "articles/other.md"}, theme="brand"), files)
    assert isinstance(campaign.message, NewsMessage)
    assert f"background:url({hold('paper')})" in campaign.message.articles[1].content
    assert ["spring/images/cover.jpg", "_shared/themes/paper.png"] == [
        each.path.removeprefix("campaigns/") for each in campaign.pictures
    ]


def test_a_picture_of_a_variable_is_found_each_time():
    css = ":root{--a:url(a.png)}p{background:var(--a);list-style:var(--a)}"
    assert 2 == content(css, {"_shared/themes/a.png": "a"}).count(hold("a"))


# What is wrong with it.


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        ("@media print{p{color:red}}", ("MC113", 1, 1)),
        ("p{margin:0}\n @font-face{src:url(x)}", ("MC113", 2, 2)),
        ("@import url(x.css);", ("MC113", 1, 1)),
        ("@import 'a' print;", ("MC113", 1, 1)),
        ("@import 'a' {}", ("MC113", 1, 1)),
        ("p{margin:0}@import 'qingshan';", ("MC113", 1, 12)),
        (":root{--line:red}@import 'qingshan';", ("MC113", 1, 18)),
        ("@import 'qinshan';", ("MC111", 1, 9)),
        ("@import '../../x';", ("MC111", 1, 9)),
        ("@import 'brand';", ("MC111", 1, 9)),
        ("h2::before{color:red}", ("MC113", 1, 3)),
        ("h2:after{color:red}", ("MC113", 1, 3)),
        ("a:hover{color:red}", ("MC113", 1, 2)),
        ("a:is(p){color:red}", ("MC113", 1, 2)),
        ("a:{color:red}", ("MC113", 1, 2)),
        ("p :root{color:red}", ("MC113", 1, 3)),
        ("html p{color:red}", ("MC113", 1, 1)),
        ("p,div{color:red}", ("MC113", 1, 3)),
        ("p:not(ul){color:red}", ("MC113", 1, 7)),
        ("#top{color:red}", ("MC113", 1, 1)),
        ("p pre > code{color:red}", ("MC113", 1, 1)),
        ("p >{color:red}", ("MC113", 1, 1)),
        ("a|p{color:red}", ("MC113", 1, 1)),
        ("}p{color:red}", ("MC113", 1, 1)),
        (":root{color:red}", ("MC113", 1, 7)),
        ("p{--a:red}", ("MC113", 1, 3)),
        ("p{a:hover{color:red}}", ("MC113", 1, 3)),
        ("p{position:sticky}", ("MC114", 1, 3)),
        ("p{-webkit-animation-name:x}", ("MC114", 1, 3)),
        ("p{transition:all 1s}", ("MC114", 1, 3)),
        ("p{content:'x'}", ("MC114", 1, 3)),
        ("p{margin:0;colour:red}", ("MC114", 1, 12)),
        ("p{font-sise:1em}", ("MC114", 1, 3)),
        (":root{--acent:#731}p{color:var(--accent,#065)}", ("MC115", 1, 7)),
        (":root{--paper:#731}p{margin:0}", ("MC115", 1, 7)),
        ("p{colour:var(--a)}:root{--a:red}", ("MC114", 1, 3)),
        ("p{color:red!important}", ("MC114", 1, 3)),
        (":root{--a:red !important}", ("MC114", 1, 7)),
        ("p{background:image-set('a.png' 1x)}", ("MC114", 1, 14)),
        ("p{background:calc(src('a.png'))}", ("MC114", 1, 19)),
        ("p{background:(src('a.png'))}", ("MC114", 1, 15)),
        ("p{background:url(a b)}", ("MC112", 1, 14)),
        ("h3{color #08684f}", ("MC112", 1, 4)),
        ("h3{\n  color #08684f;\n  margin:0}", ("MC112", 2, 3)),
        ("p", ("MC112", 1, 1)),
        ("p{color:var(--a)}", ("MC115", 1, 9)),
        ("p{color:var(--a red)}", ("MC115", 1, 9)),
        ("p{color:var()}", ("MC115", 1, 9)),
        ("p{color:var(a)}", ("MC115", 1, 9)),
        (":root{--a:var(--b);--b:var(--a)}p{color:var(--a)}", ("MC115", 1, 24)),
        ("p{background:url(https://example.com/a.png)}", ("MC206", 1, 14)),
        ("p{background:url(data:image/png;base64,xx)}", ("MC206", 1, 14)),
        ("p{background:url(../../autumn/a.png)}", ("MC202", 1, 14)),
        ("p{background:url(gone.png)}", ("MC201", 1, 14)),
        ("p{color:" + "(" * 40 + "}", ("MC112", 1, 38)),
        ("p{}" * (CHARACTERS_MAX // 3 + 1), ("MC112", 1, 1)),
    ],
)
def test_what_cannot_work_is_told_at_its_place(css: str, expected: tuple[str, int, int]):
    assert [expected] == places(told(css))


@pytest.mark.parametrize(
    ("css", "hint"),
    [
        ("p{colour:red}", "did you mean `color`?"),
        ("p{border-colour:red}", "did you mean `border-color`?"),
        ("p{Font-Sise:1em}", "did you mean `font-size`?"),
        ("p{qqqq:1em}", "check the spelling"),
        ("blockqoute{margin:0}", "did you mean `blockquote`?"),
        ("ol{margin:0}", "write `.list` for a list, `.item` for an entry, `.mark` for its mark"),
        ("del{color:red}", "write `s`"),
        ("kbd{color:red}", "write `code`"),
        ("div.lead{color:red}", "write `section`"),
        ("#top{color:red}", "write a class: `.top`"),
        ("video{margin:0}", "take it out"),
        (":root{--acent:#731}p{color:var(--accent,#065)}", "did you mean `--accent`?"),
        (":root{--paper:#731}p{margin:0}", "take it out, or use it"),
    ],
)
def test_a_misspelt_name_is_told_with_the_one_that_is_meant(css: str, hint: str):
    (found,) = told(css)
    assert hint == found.hint


@pytest.mark.parametrize(
    "css",
    [
        "p{-webkit-line-clamp:2;text-autospace:normal;inset:0;FONT-SIZE:1em}",
        ":root{--a:1em;--b:var(--a)}p{margin:calc(var(--b) + (var(--b)))}",
    ],
)
def test_names_of_css_and_variables_in_use_are_no_faults(css: str):
    assert [] == told(css)


def test_everything_is_told_at_once_in_the_order_of_the_lines():
    css = "@media print{}\np{position:fixed;colour red}\na:hover{margin:0}\nb{color:var(--x)}"
    assert [("MC113", 1), ("MC114", 2), ("MC112", 2), ("MC113", 3), ("MC115", 4)] == [
        (code, line) for code, line, _ in places(told(css))
    ]


def test_a_fault_has_its_line_shown():
    (found,) = told("p{margin:0}\na:hover{color:red}")
    assert found.excerpt is not None
    assert found.excerpt.written == "a:hover{color:red}"


def test_a_fault_of_a_base_is_told_in_its_own_file():
    files = {"_shared/themes/line.css": "p{float:left;position:fixed}"}
    (found,) = told('@import "line";', files)
    assert found.place is not None
    assert ("campaigns/_shared/themes/line.css", 1) == (found.place.file, found.place.line)


def test_a_variable_with_a_fault_is_told_once_however_often_it_is_used():
    assert [("MC115", 1, 11)] == places(
        told(":root{--a:var(--b)}p{color:var(--a)}h2{color:var(--a)}")
    )


def test_variables_that_double_each_other_end():
    doubled = "".join(f"--v{n}:var(--v{n + 1}) var(--v{n + 1});" for n in range(40))
    (found,) = told(f":root{{{doubled}--v40:1}}p{{margin:var(--v0)}}")
    assert ("MC115", True) == (found.code, "20,000" in found.message)


def test_the_first_faults_of_a_file_are_told_and_the_others_counted():
    found = told("a:hover{color:red}\n" * 999)
    more = [str(each.message) for each in found if each.severity is Severity.INFO]
    assert (201, ["799 more faults were found in this file"]) == (len(found), more)


def test_errors_are_told_before_what_is_not_one():
    unused = "".join(f"--v{number}:1;" for number in range(300))
    found = told(f":root{{{unused}}}\np{{color:var(--none)}}")
    assert 1 == sum(each.severity is Severity.ERROR for each in found)


@pytest.mark.parametrize(
    "css",
    [
        "p{" + "colour:red;" * 3_000 + "}",
        pytest.param("blockqoute,blockqote{margin:0}" * 1_000, marks=pytest.mark.slow),
        ":root{" + "".join(f"--acent{number}:1;" for number in range(3_000)) + "}p{margin:0}",
        "p{" + "".join(f"color:var(--a{number});" for number in range(2_000)) + "}",
    ],
    ids=["properties", "elements", "unused variables", "unknown variables"],
)
def test_near_names_are_looked_for_a_bounded_number_of_times(
    css: str, monkeypatch: pytest.MonkeyPatch
):
    searches: list[object] = []
    monkeypatch.setattr(
        "massctl.model.near_name.get_close_matches",
        lambda *given, **_: searches.append(given) or [],
    )
    assert 201 == len(told(css))
    assert 200 >= len(searches)


def test_themes_in_a_circle_end():
    files = {"_shared/themes/line.css": '@import "brand";'}
    (found,) = told('@import "line";', files)
    assert ("MC111", "themes import each other in a cycle: brand → line → brand") == (
        found.code,
        found.message,
    )
    assert Place("campaigns/_shared/themes/line.css", 1, 9, 1, 16) == found.place


def test_a_theme_that_imports_itself_is_told_so():
    (found,) = told('@import "brand";\np{margin:0}')
    assert ("MC111", "the theme `brand` imports itself") == (found.code, found.message)
    assert Place("campaigns/" + BRAND, 1, 9, 1, 16) == found.place
    assert found.hint == "remove this `@import`; to begin with another theme, write that one's name"


def test_a_chain_of_themes_has_an_end():
    files = {f"_shared/themes/t{n}.css": f'@import "t{n + 1}";' for n in range(12)}
    (found,) = told('@import "t0";', files)
    assert ("MC111", "themes import each other more than 8 deep") == (found.code, found.message)


# Colours.


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        ("p{color:#08684f}", None),
        ("p{color:inherit;background:#000}", None),
        ("p{background:#000}", None),
        ("p{color:#888;background:url(a.png)}", None),
        ("i{color:#999;background:linear-gradient(#fff,#000)}", None),
        ("p{color:#fff;background:#08684f}", None),
        ("p{color:#fff;background-color:transparent;background:#08684f}", None),
        (
            "p{color:#fff;background:#08684f;background-color:transparent}",
            ("in light mode", "1.0", "#595959", 3),
        ),
        ("p{color:#888}", ("in light mode", "3.5", "#595959", 3)),
        ("h2{margin:0;color:#576b95}", ("in dark mode", "3.3", "#425171", 13)),
        (
            ":root{--a:#d0021b}p{color:var(--a)}h2{color:var(--a)}",
            ("in dark mode", "4.4", "#b10217", 7),
        ),
        (":root{--a:var(--b);--b:#888}p{color:var(--a)}", ("in light mode", "3.5", "#595959", 7)),
        ("p{color:rgba(0,0,0,.4)}", ("in dark mode", "2.1", None, 3)),
        ("p{color:#333;background:#444}", ("in light mode", "1.2", None, 3)),
    ],
)
def test_a_colour_that_fades_is_told_with_one_that_does_not(
    css: str, expected: tuple[str, str, str | None, int] | None
):
    found = told(css, {"_shared/themes/a.png": "a"})
    if expected is None:
        assert [] == found
        return
    when, contrast, better, column = expected
    (one,) = found
    assert ("MC117", Severity.WARNING) == (one.code, one.severity)
    assert when in one.message
    assert f"of {contrast}:1" in one.message
    assert (better or "") in (one.hint or "")
    assert (better is None) == ("differs more" in (one.hint or ""))
    assert one.place is not None
    assert column == one.place.column


def test_a_built_in_colour_is_told_where_the_house_changed_what_is_behind_it():
    css = '@import "qingshan";\n:root{--accent:#7fd6c2}'
    built_in = ":root{--accent:#08684f}a{background:var(--accent);color:#fff}p{color:#999}"
    (found,) = render(news({}, theme="brand"), folder(css, None, built_in))[1]
    assert found.place is not None
    assert ("MC117", "campaigns/" + BRAND, 2, 7) == (
        found.code, found.place.file, found.place.line, found.place.column
    )  # fmt: skip


@given(st.text("p{}:;()[]\"'\\/*@#-url(var--a,!%\n ", max_size=60))
def test_any_css_is_read_to_its_end(css: str):
    sheet = read_sheet(css)
    again = resolved((("x.css", css),))
    assert all(fault.line and fault.column for fault in (*sheet.faults, *again.faults))


def test_the_variables_of_the_base_are_the_standard_ones():
    assert STANDARD == {each.name for each in read_sheet(BASE).variables}


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_built_in_themes_have_no_faults(name: str):
    css = built_in_theme(name)
    assert css is not None
    assert () == read_sheet(css).faults
    found = resolved((("base", BASE), ("x", css)))
    assert ((), ()) == (found.faults, found.pictures)
    assert "var(" not in found.css


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_colour_of_a_built_in_theme_reads_by_day_and_by_night(name: str):
    """As a theme of the house it would be told of none."""
    files = ("_shared/themes/base.css", BASE), ("_shared/themes/x.css", built_in_theme(name) or "")
    assert () == resolved(files).faults


def test_there_is_no_built_in_theme_of_another_name():
    assert built_in_theme("../theme") is None


# What massctl.yaml and campaign.yaml say of it.


def themed(theme: object, css: str = "", **account: object) -> list[Diagnostic]:
    files = folder(css, None, built_in_theme("qingshan") or "")
    return render(news({}, theme=theme), files, **account)[1]


def styles(
    look: object, article: object = None, text: str = "## 题\n\n正文", **account: object
) -> str:
    files = folder("", {"spring/articles/main.md": text}, built_in_theme("qingshan") or "")
    own = {} if article is None else {"theme": article}
    file = news(own) if look is None else news(own, theme=look)
    found, diagnostics = render(file, files, **account)
    assert found is not None, diagnostics
    assert isinstance(found.message, NewsMessage)
    return found.message.articles[0].content


@pytest.mark.parametrize(
    ("key", "value", "style"),
    [
        ("accent", "#731", "border-top:solid #773311"),
        ("font_size", 18, "font-size:18px"),
        ("line_height", 2, "line-height:2;"),
        ("padding", 12, "padding:0 12px"),
        ("gap", 1.5, '<p style="margin:0 0 24px">'),
        ("headings", "plain", "margin:2.2em 0 .8em;font-size:1.3em"),
        ("headings", "rule", "border-top:1px solid #8885"),
        ("headings", "bar", "border-left:6px solid #065"),
        ("headings", "block", "background:#065;color:#fff"),
        ("headings", "centred", "text-align:center"),
        ("code", "light", "border-radius:6px;background:#8881"),
        ("code", "dark", "background:#23272e"),
    ],
)
def test_a_variable_changes_the_look(key: str, value: object, style: str):
    text = "## 题\n\n正文\n\n```python\ndef a(): pass\n```"
    assert style in styles({key: value}, text=text)


def test_a_style_takes_the_place_of_the_themes_own():
    assert "border-top" not in styles({"headings": "plain"})


def test_what_is_said_nearest_to_an_article_wins_key_by_key():
    account = ThemeSettings(accent="#731", font_size=15, line_height=2)
    brand = Brand(accent="#004b87", font_size=18)
    found = styles({"font_size": 16}, {"line_height": 1.7}, theme=account, brand=brand)
    assert ["font-size:16px;line-height:1.7", "#773311"] == [
        each for each in ("font-size:16px;line-height:1.7", "#773311", "#004b87") if each in found
    ]
    assert "#004b87" in styles(None, brand=brand)


def test_an_account_adds_to_the_theme_of_the_repository():
    keys = {"appid": "wx0123456789abcdef", "kind": "service", "secret_env": "SECRET"}
    accounts = {"main": {**keys, "theme": "danmo"}, "other": keys}
    file = MassctlFile.model_validate(
        {
            "version": 1,
            "accounts": accounts,
            "theme": {"name": "zaobao", "font_size": 17},
            "brand": {"accent": "#731"},
        }
    )
    assert ThemeSettings(name="danmo", font_size=17) == file.account("main").theme
    assert ThemeSettings(name="zaobao", font_size=17) == file.account("other").theme
    assert Brand(accent="#731") == file.account("main").brand


@pytest.mark.parametrize("theme", ["danmo", {"name": "danmo"}])
def test_a_name_alone_and_the_key_name_are_one(theme: object):
    assert "danmo" == news({}, theme=theme).model_dump()["theme"]


@pytest.mark.parametrize(
    ("accent", "mode", "better"),
    [
        ("#e60012", "dark mode", "#94000c"),
        ("#ff0", "light mode", "#616100"),
        ("#5b2a86", "dark mode", "#462067"),
    ],
)
def test_an_accent_that_fades_is_told_at_its_key_with_the_nearest_tone(
    accent: str, mode: str, better: str
):
    (found,) = themed({"accent": accent})
    assert ("MC117", Severity.WARNING, True) == (found.code, found.severity, mode in found.message)
    assert f"`{better}` is readable in light and dark mode" == found.hint
    assert found.place is not None
    assert f"{CAMPAIGN_YAML}:theme.accent" == found.place.file
    assert [] == themed({"accent": better})


def test_an_accent_no_tone_of_which_is_readable_is_told_without_one():
    css = "p{margin:0}h2{background:var(--accent);color:var(--accent)}"
    (found,) = themed({"name": "brand", "accent": "#e60012"}, css)
    assert (
        "the colour `#e60012` has a contrast of 1.0:1 in light mode; at least 4.5:1 is needed"
        == found.message
    )
    assert (found.hint or "").startswith("no tone of it is readable")


def test_a_theme_without_letters_in_the_accent_takes_any_that_is_dark_enough_for_white():
    css = '@import "base";:root{--accent-text:inherit}h2{background:var(--accent);color:#fff}'
    assert [] == themed({"name": "brand", "accent": "#e60012"}, css)
    assert ["MC117"] == [each.code for each in themed({"name": "brand", "accent": "#ffcc00"}, css)]


def test_a_variable_that_a_theme_of_the_house_does_not_have_is_told():
    (found,) = themed({"name": "brand", "font_size": 17}, "p{margin:0}")
    assert ("MC115", Severity.INFO) == (found.code, found.severity)
    assert "the theme has no variable `--font-size`, so this changes nothing" == found.message
    assert Place(f"{CAMPAIGN_YAML}:theme.font_size") == found.place


@pytest.mark.parametrize("part", [each for each in PARTS if each != "code-dark"])
@pytest.mark.parametrize("name", BUILT_IN)
def test_every_style_reads_in_every_theme(name: str, part: str):
    css = [("_shared/themes/x.css", built_in_theme(each) or "") for each in ("base", name, part)]
    assert () == resolved(tuple(css)).faults


@pytest.mark.parametrize("name", BUILT_IN)
def test_letters_in_the_accent_read_on_a_tint_too(name: str):
    """The strings of code, and the titles of boxes."""
    found = resolved(
        (
            ("base", BASE),
            (name, built_in_theme(name) or ""),
            ("probe", ":root{}.x{color:var(--accent-text)}"),
        )
    )
    colour = found.css.rpartition(".x{color:")[2].rstrip("}")
    assert reads(colour, "#8881")


@pytest.mark.parametrize("colour", ["#d8dee9", "#9aa5b5", "#f0a27f", "#a3d4a0"])
def test_every_colour_of_dark_code_reads_on_its_ground(colour: str):
    assert f"color:{colour}" in (built_in_theme("code-dark") or "")
    assert faded(colour, "#23272e") is None


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_variable_is_honoured_by_every_theme(name: str):
    text = built_in_theme("base") or ""
    options = ":root{--accent:#731;--font-size:17px;--line-height:2;--padding:9px;--gap:1em}"
    found = resolved((("base", text), (name, built_in_theme(name) or ""), ("options", options)))
    assert () == found.faults
    assert all(each in found.css for each in ("#731", "17px", "line-height:2;", "0 9px", "0 0 1em"))
