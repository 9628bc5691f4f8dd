"""What the style sheet of a page hides is not published, and what it shows is."""

import pytest

from massctl.importer.documents import of_page

PAGE = "<html><head><title>题</title><style>{sheet}</style></head><body><article>{body}</article></body></html>"


def imported(sheet: str, body: str) -> tuple[str, list[str]]:
    """Take the article of a page; return its text and what was left out."""
    found = of_page(PAGE.format(sheet=sheet, body=body), "")
    return found.tree.text(), [str(each) for each in found.lost]


HIDDEN = "hidden words after “甲”, which nobody sees there, are left out: “暗号”"


@pytest.mark.parametrize(
    "sheet",
    [
        ".x{display:none}",
        "article p.x{visibility:hidden}",
        "#y{opacity:0}",
        "[data-z]{font-size:0}",
        ".x{display:block}p.x{display:none}",
        ".x{display:none!important}#y{display:block}",
        "p{color:red}/* display:block */.x{color:transparent}",
        ".sr{}.x{position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0,0,0,0)}",
        "@media screen{.x{display:none}}",
        "@media print{.x{display:block}}.x{display:none}",
        ".x{display:none}.x:hover{display:block}",
        ".x{display:none",
        ".x{color:#0000}",
        ".x{color:#abcdef00}",
        ".x{color:hsl(0 0% 0% / 0%)}",
        ".x{color:rgba(0,0,0,0)}",
        ".x{-webkit-text-fill-color:transparent}",
        ".x{font:0/0 a}",
        ".x{font:bold 0.1px/1 serif}",
        ".x{font-size:.1px}",
        ".x{font-size:1px}",
        ".x{opacity:.001}",
        ".x{opacity:4%}",
        ".x{margin-left:-9999px}",
        ".x{position:relative;left:-9999px}",
        ".x{transform:translateX(-9999px)}",
        ".x{transform:translate(0, -9999px)}",
        ".x{translate:-9999px}",
        ".x{transform:scale(0)}",
        ".x{scale:0}",
        ".x{height:1px;overflow:hidden}",
        ".x{color:#fff;background:white}",
        ".x{color:#fefefe;background:#fff}",
        ".x:has(i){display:none}",
        ":is(.x, .q){display:none}",
        "p:where(.x){visibility:hidden}",
        "article{color:red;& .x{display:none}}",
        "article{@media screen{.x{display:none}}}",
        "@supports (display:grid){.x{display:none}}",
        "@media only screen and (min-width:0){.x{display:none}}",
        "@media not print{.x{display:none}}",
        ".x{--d:none;display:var(--d)}",
        "article{--c:transparent}.x{color:var(--c)}",
        ".x{opacity:var(--o,0)}",
        ".x{font-size:calc(1px - 1px)}",
        ".x{font-size:clamp(0px, 0px, 1px)}",
        ".x{filter:opacity(0)}",
        ".x{filter:blur(3em)}",
        ".x{zoom:.01}",
        ".x{transform:rotateX(90deg)}",
        ".x{rotate:y .25turn}",
        ".x{transform:rotate3d(1,0,0,90deg)}",
        ".x{transform:matrix(0,0,0,0,0,0)}",
        ".x{transform:scale(.01)}",
        ".x{mask:linear-gradient(transparent,transparent)}",
        ".x{clip-path:polygon(0 0,0 0,0 0)}",
        ".x{clip-path:ellipse(0 0)}",
        ".x{clip-path:inset(0 100% 0 0)}",
        ".x{clip-path:path('M0 0')}",
        ".x{max-height:0;overflow:auto}",
        ".x{block-size:0;overflow:hidden}",
        ".x{line-height:0;overflow:hidden}",
        ".x{text-indent:100%;overflow:hidden;white-space:nowrap}",
        ".x{letter-spacing:-9em}",
        ".x{position:absolute;inset:-9999px auto auto}",
        ".x{position:absolute;right:-9999px}",
        ".x{position:absolute;left:calc(-1 * 9999px)}",
        ".x{position:fixed;inset-inline-start:-9999px}",
        ".x{transform:translateX(-200vw)}",
        ".x{margin:-9999px 0 0}",
        "body{background:#fff}.x{color:#fff}",
        ".x{color:#fff}",
        "article{background:#000}.x{color:#000}",
    ],
)
def test_what_a_sheet_hides_is_left_out_and_named(sheet: str) -> None:
    body = "<p>甲</p><p class=x id=y data-z><i>暗号</i></p><p>乙</p>"
    assert ("甲乙", [HIDDEN]) == imported(sheet, body)


@pytest.mark.parametrize(
    "sheet",
    [
        ".x{display:none}.x{display:block}",
        ".x:hover{display:none}",
        "@media(max-width:600px){.x{display:none}}",
        "@media print{.x{display:none}}",
        ".x{display:none}@media(max-width:600px){.x{display:block}}",
        ".x{opacity:0;animation:rise 1s forwards}",
        ".x{opacity:0;transition:opacity 1s}",
        ".x::before{display:none}",
        ".x{display:none}p{display:revert}#y{display:flex}",
        "<<<{display:none}",
        ".x >{display:none}",
        ".x{color:rgb(0, 0, 0)}",
        ".x{color:#f00}",
        ".x{color:rgba(0,0,0,.05)}",
        ".x{font:400 12px/0 a}",
        ".x{font-size:2px}",
        ".x{opacity:.05}",
        ".x{margin-left:-150px}",
        ".x{position:relative;left:-150px}",
        ".x{position:relative;top:-100%}",
        ".x{margin-left:-9999px;padding-left:9999px}",
        ".x{transform:translate(-50%, -50%) scale(0.5)}",
        ".x{height:2px;overflow:hidden}",
        ".x{color:#fff;background:#fff url(a.png)}",
        ".x{color:#fff;background:#fff}#y{color:#111}",
        "article{background:#000}.x{color:#fff}",
        "article{background:url(a.png)}.x{color:#fff}",
        ".x{filter:blur(1px) opacity(.5)}",
        ".x{transform:rotate(90deg)}",
        ".x{transform:rotateX(45deg)}",
        ".x{mask:linear-gradient(#000,transparent)}",
        ".x{clip-path:inset(10% 10%)}",
        ".x{clip-path:polygon(0 0,100% 0,50% 100%)}",
        ".x{clip-path:path('M0 0L9 0L9 9Z')}",
        "@media(min-width:1000px){.x{display:none}}",
        ".x{position:absolute;right:20px;inset:auto}",
        ".x{letter-spacing:-1px}",
        ".x{opacity:var(--o,1)}",
    ],
)
def test_what_is_shown_on_any_screen_stays(sheet: str) -> None:
    text, lost = imported(sheet, "<p>甲</p><p class=x id=y>明</p>")
    assert ("甲明", []) == (text, lost)


@pytest.mark.parametrize(
    ("sheet", "rule"),
    [
        (":is(:not(:is(.y))){display:none}", ":is(:not(:is(.y)))"),
        ("@container (width>1px){.x{display:none}}", "@container (width>1px)"),
        ("@scope (p){.x{visibility:hidden}}", "@scope (p)"),
        ("@keyframes out{from{left:0}to{opacity:0}}.x{animation:out 1s}", "@keyframes out"),
    ],
)
def test_a_rule_that_is_not_read_and_may_hide_words_is_told(sheet: str, rule: str) -> None:
    text, lost = imported(sheet, "<p>甲</p><p class=x>乙</p>")
    assert ("甲乙", 1, True) == (text, len(lost), f"`{rule}`" in lost[0])


@pytest.mark.parametrize(
    "sheet",
    [
        ":is(.x){color:red}",
        "@supports (display:grid){.x{display:grid}}",
        ".x{color:var(--d)}",
        "@keyframes in{from{opacity:0}to{opacity:1}}.x{animation:in 1s}",
        "@supports not (display:grid){.x{display:none}}",
    ],
)
def test_a_rule_that_hides_nothing_is_not_told(sheet: str) -> None:
    assert ("甲乙", []) == imported(sheet, "<p>甲</p><p class=x>乙</p>")


def test_of_a_drawing_its_title_its_description_and_words_that_nothing_shows_are_left_out() -> None:
    drawn = "<title>题</title><desc>述</desc><defs><text id=a>备</text></defs><text>明</text>"
    text, lost = imported("", f"<p>甲</p><svg>{drawn}</svg>")
    assert ("甲明", ["题", "述", "备"]) == (text, [each[-2:-1] for each in lost])
    text, lost = imported("", f"<p>甲</p><svg>{drawn}<use href='#a'/></svg>")
    assert ("甲备明", 2) == (text, len(lost))


def test_letters_on_a_ground_of_their_colour_are_seen_where_another_ground_begins() -> None:
    body = "<p class=x>暗号<b style='background:#000'>明</b></p>"
    assert "明" == imported(".x{color:#fff;background:#fff}", body)[0]


def test_the_style_of_an_element_is_heard_after_the_sheet() -> None:
    body = "<p>甲</p><p class=x style='display:block'>乙</p><p style='display:none'>暗号</p>"
    assert ("甲乙", [HIDDEN.replace("甲", "甲乙")]) == imported(".x{display:none}", body)


def test_nothing_of_what_was_looked_at_stays_in_the_article() -> None:
    found = of_page(PAGE.format(sheet=".x{font-size:0}", body="<p class=x><b>字</b></p><p>乙"), "")
    assert [{}] == [each.attributes for each in found.tree.below() if each.name == "p"][-1:]


def test_words_in_the_colour_of_the_page_stay_where_something_may_lie_behind_them() -> None:
    over = "<section><img src='a.png'><p style='color:#fff;margin-top:-40px'>明</p></section>"
    assert ("甲明", []) == imported("", f"<p>甲</p>{over}")


def test_words_that_a_page_folds_are_unfolded_and_told() -> None:
    folded = "<details><summary>问</summary>答</details>"
    told = "words after “甲” that are folded there are unfolded: “答”"
    assert ("甲问答", [told]) == imported("", f"<p>甲</p>{folded}")
    assert [] == imported("", folded.replace("<details", "<details open"))[1]
    assert ("甲", [HIDDEN]) == imported("", "<p>甲</p><div popover>暗号</div>")


def test_style_sheets_beside_a_page_are_told() -> None:
    linked = "<link rel=stylesheet href=a.css><link rel='alternate stylesheet' href=b.css>"
    page = f"<html><head>{linked}<link rel=stylesheet media=print href=c.css></head><body><p>甲</p></body></html>"
    told = "2 style sheets beside the page are not read, and may hide words: see the page"
    assert [told] == [*map(str, of_page(page, "").lost)]


def test_a_page_of_many_alike_articles_comes_whole_and_teasers_do_not() -> None:
    cards = (
        "<article>第一条新闻</article><article>第二条新闻</article><article>第三条新闻</article>"
    )
    page = f"<html><body><nav>菜单</nav><div>{cards}</div></body></html>"
    assert "第一条新闻第二条新闻第三条新闻" == of_page(page, "").tree.text()
    page = f"<html><body><main><article>{'正文' * 40}</article>{cards}</main></body></html>"
    assert "正文" * 40 == of_page(page, "").tree.text()
