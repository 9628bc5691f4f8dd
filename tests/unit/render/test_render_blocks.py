"""The template library: what each block writes, in Markdown and in HTML, and what a wrong call says."""

import re
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from render_inputs import Folder, body, hold, lines, news, render, rendered, wrong

from massctl.model.diagnostics import Diagnostic
from massctl.model.message import NewsMessage
from massctl.render.blocks.library import SIGNATURES
from massctl.render.rules.words import read_lists
from massctl.render.theme import BUILT_IN
from massctl.source.renderer import built_in_theme

WORDS = read_lists((files("massctl.render") / "words.toml").read_text(encoding="utf-8"))
FILES = {"spring/articles/a.png": "A", "spring/images/b.png": "B"}
OWN = "https://mp.weixin.qq.com/s/abc"
CSS = ".lead{color:red}.columns .column{margin:0}p{margin:1px}"


def md(text: str, css: str = "") -> str:
    """A Markdown template, without the section around the article."""
    found = body(text, FILES, "main.md.j2", css)
    return found[found.index(">") + 1 : -len("</section>")]


def html(text: str, css: str = "") -> str:
    return body(text, FILES, "main.html.j2", css)


def fault(text: str, name: str = "main.md.j2") -> Diagnostic:
    (found,) = wrong(text, FILES, name)
    return found


SIDE = "display:inline-block;vertical-align:middle"
WRITTEN = {
    'blocks.lead("一行")': "<section>一行</section>",
    f'blocks.button("报名", "{OWN}")': f'<section><a href="{OWN}">报名</a></section>',
    'blocks.qr("a.png")': (
        f'<section><img src="{hold("A")}" alt="长按识别二维码" style="display:block;width:46%;margin:0 auto"'
        "><p>长按识别二维码</p></section>"
    ),
    'blocks.copyright("步行社", 2026, credits={"文字": "林梅"}, note="勿转")': (
        "<section><p>文字：林梅</p><p>© 2026 步行社</p><p>勿转</p></section>"
    ),
    'blocks.copyright("步行社")': "<section><p>© 步行社</p></section>",
    'blocks.footer("再会")': "<section><p>再会</p></section>",
    'blocks.footer("再会", image="a.png")': (
        f'<section><img src="{hold("A")}" alt="再会" style="display:block;width:24%;margin:0 auto"'
        "><p>再会</p></section>"
    ),
}


@pytest.mark.parametrize(("call", "expected"), WRITTEN.items(), ids=WRITTEN)
def test_a_block_is_the_same_in_markdown_and_in_html(call: str, expected: str):
    plain = expected.replace(' data-w="1080"', "")
    assert plain == md(f"{{{{ {call} }}}}").replace(' data-w="1080"', "")
    assert plain == html(f"{{{{ {call} }}}}").replace(' data-w="1080"', "")


def test_a_divider_may_have_words():
    assert ("<p>上</p><hr><p>下</p>", "上<hr>下") == (
        md("上\n\n{{ blocks.divider() }}\n下"),
        html("上{{ blocks.divider() }}下"),
    )
    found = md('{{ blocks.divider("下半场") }}', ".divider-text{color:red}")
    assert '<section><span style="color:red">下半场</span></section>' == found


def test_a_person_and_a_product_have_their_picture_beside_their_words():
    person = md('{{ blocks.person("林梅", "a.png", role="编辑") }}')
    assert f'{SIDE};width:20%"><img src="{hold("A")}"' in person
    assert "<p>林梅</p><p>编辑</p>" in person
    assert 'alt="林梅"' in person
    product = html(
        '{{ blocks.product("茶", "../images/b.png", price="￥39", was="￥59", note="春茶", url="'
        + OWN
        + '") }}'
    )
    assert f'{SIDE};width:32%"><img src="{hold("B")}"' in product
    assert f'<p><a href="{OWN}">茶</a></p><p>春茶</p><p>￥39 <s>￥59</s></p>' in product


def test_what_stands_in_a_block_is_markdown_in_markdown():
    text = (
        '{% call blocks.person("林梅", "a.png") %}\n  **写**字的人\n{% endcall %}\n后面 **一段**\n'
    )
    found = md(text)
    assert "<p>林梅</p><p><strong>写</strong>字的人</p></section></section>" in found
    assert found.endswith("<p>后面 <strong>一段</strong></p>")


def test_what_stands_in_a_block_keeps_its_bytes_in_html():
    inside = "<P  align=left>a &amp; b<br/></P>"
    found = html("<P>前</P>{% call blocks.lead() %}" + inside + "{% endcall %}<P>后</P>", CSS)
    assert f'<P>前</P><section style="color:red">{inside}</section><P>后</P>' == found


@pytest.mark.parametrize("name", ["main.md.j2", "main.html.j2"])
def test_a_button_may_hold_a_link_to_a_mini_program(name: str):
    link = "{{ miniprogram_link('wx0123456789abcdef', 'pages/index', '去报名') }}"
    found = body(
        f"{{% call blocks.button() %}}{link}{{% endcall %}}",
        FILES,
        name,
        ".button a{color:#08684f}",
    )
    assert 'data-miniprogram-appid="wx0123456789abcdef"' in found
    assert 'style="color:#08684f">去报名</a>' in found or name == "main.html.j2"


def test_a_button_may_hold_a_link_of_markdown():
    assert f'<section><p><a href="{OWN}">报名</a></p></section>' == md(
        f"{{% call blocks.button() %}}[报名]({OWN}){{% endcall %}}"
    )


@pytest.mark.parametrize("name", ["main.md.j2", "main.html.j2"])
def test_two_columns_hold_what_an_article_holds(name: str):
    text = (
        "{% call blocks.columns() %}\n    {% call blocks.column() %}\n<p>左</p>\n    {% endcall %}\n"
        "    {% call blocks.column() %}\n    {{ blocks.lead('右') }}\n    {% endcall %}\n{% endcall %}"
    )
    found = body(text, FILES, name, CSS)
    compact = "".join(found.split("\n")).replace("    ", "")
    side = "display:inline-block;width:48%;"
    assert 1 == compact.count(side + "vertical-align:top")
    assert 1 == compact.count(side + "margin-left:4%")
    assert compact.index("左") < compact.index("margin-left:4%") < compact.index("右")
    assert '<section style="color:red">右</section>' in compact
    assert "\ue002" not in compact


def test_a_picture_of_a_theme_shows_in_html_too():
    files = {
        "_shared/themes/brand.css": ".lead{background:url('a b.png')}",
        "_shared/themes/a b.png": "paper",
    }
    folder = Folder(
        {
            "spring/articles/main.html.j2": "{{ blocks.lead('x') }}",
            "spring/images/cover.jpg": "c",
            **files,
        }
    )
    message = rendered(news({"content": "articles/main.html.j2"}, theme="brand"), folder).message
    assert isinstance(message, NewsMessage)
    assert hold("paper") in message.articles[0].content


def test_a_theme_of_the_campaigns_own_pictures_shows_in_html_too():
    files = {
        "_shared/themes/brand.css": ".lead{background:url(images/p.png)}",
        "spring/images/p.png": "paper",
    }
    folder = Folder(
        {
            "spring/articles/main.html.j2": "{{ blocks.lead('x') }}",
            "spring/images/cover.jpg": "c",
            **files,
        }
    )
    message = rendered(news({"content": "articles/main.html.j2"}, theme="brand"), folder).message
    assert isinstance(message, NewsMessage)
    assert hold("paper") in message.articles[0].content


def test_html_without_a_block_wears_no_theme():
    folder = Folder({"spring/articles/main.html.j2": "<p>x</p>", "spring/images/cover.jpg": "c"})
    (found,) = render(news({"content": "articles/main.html.j2"}, theme="brend"), folder)[1]
    assert ("MC014", True) == (found.code, "no article" in found.message)


def test_what_is_given_is_text_and_stays_on_one_line():
    assert "<section>a &lt;b&gt; &amp; c<br>d</section>" == md(
        '{{ blocks.lead("a <b> & c \\n\\n d") }}'
    )
    assert "<section>a &lt;b&gt;</section>" == html('{{ blocks.lead("a <b>") }}')
    assert "<section>12</section>" == md("{{ blocks.lead(12) }}")


def test_a_block_in_the_middle_of_a_line_or_of_indented_lines_is_a_block():
    assert "<p>前</p><section>中</section><p>后 <strong>粗</strong></p>" == md(
        '前 {{ blocks.lead("中") }} 后 **粗**'
    )
    assert "<section>中</section>" == md(
        '{% if true %}\n        {{ blocks.lead("中") }}\n{% endif %}'
    )


def test_a_macro_of_the_house_may_use_blocks():
    files = {"_shared/m.j2": "{% macro hi(x) %}{{ blocks.lead(x) }}{% endmacro %}"}
    found = body('{% import "_shared/m.j2" as m %}{{ m.hi("早") }}', files, "main.md.j2")
    assert "<section><section>早</section></section>" == found


def test_a_variable_of_that_name_wins():
    folder = Folder({"spring/articles/main.md.j2": "{{ blocks }}", "spring/images/cover.jpg": "c"})
    message = rendered(
        news({"content": "articles/main.md.j2"}, vars={"blocks": "自己的"}), folder
    ).message
    assert isinstance(message, NewsMessage)
    assert "自己的" in message.articles[0].content


# Blocks that are made of parts.

COLUMN = "{% call blocks.column() %}x{% endcall %}"
NUMBER = '{{ blocks.number("11.2", "公里", "全程") }}'


def inside(name: str, content: str) -> str:
    return f"{{% call blocks.{name}() %}}\n{content}\n{{% endcall %}}"


@pytest.mark.parametrize(
    ("count", "width", "size"),
    [(1, "100", 36), (2, "49", 36), (3, "32", 25)],
    ids=["one", "two", "three"],
)
def test_numbers_share_the_width_and_are_as_large_as_fits(count: int, width: str, size: int):
    found = md(inside("numbers", NUMBER * count))
    assert count == found.count(f"display:inline-block;width:{width}%;")
    assert count == found.count(
        f'<span style="font-size:{size}px">11.2</span><span style="font-size:13px">公里</span>'
    )
    assert count == found.count("<p>全程</p>")


def test_the_longest_number_says_how_large_all_are():
    found = md(
        inside(
            "numbers",
            '{{ blocks.number("1,284", "人") }}{{ blocks.number("7") }}{{ blocks.number("8") }}',
        )
    )
    assert ["24"] * 3 == re.findall(r"font-size:(\d+)px\">\d", found)


def test_a_timeline_holds_texts_and_markdown_in_their_order():
    text = '{{ blocks.entry("8:40", "集合") }}{% call blocks.entry("10:15") %}- **茶**{% endcall %}'
    found = md(inside("timeline", text), ".entry-mark{color:red}")
    assert 2 == found.count('<span style="color:red">●</span>')
    assert "8:40</p><p>集合</p></section>" in found
    assert found.index("集合") < found.index("10:15") < found.index("<strong>茶</strong>")


def test_parts_may_come_from_a_loop():
    loop = "{% for at in [8, 9] %}{{ blocks.entry(at, 'x') }}{% endfor %}"
    assert ["8", "9"] == re.findall(
        r"</span>(\d)</p>", md(inside("timeline", loop), ".entry-mark{color:red}")
    )


def test_a_part_that_was_written_before_stands_where_it_is_shown():
    text = (
        "{% set b %}{{ blocks.entry('乙', 'x') }}{% endset %}{{ blocks.entry('甲', 'x') }}{{ b }}"
    )
    found = html(inside("timeline", text))
    assert found.index("甲") < found.index("乙")


def test_who_speaks_first_is_on_the_left():
    says = '{{ blocks.says("甲", "1") }}{{ blocks.says("乙", "2") }}{{ blocks.says("甲", "3") }}'
    found = md(inside("dialogue", says + '{{ blocks.says("甲", "4", side="right") }}'))
    assert ["1", "3"] == re.findall(
        r"<section><section [^>]*><p>甲</p><section [^>]*><p>(\d)</p>", found
    )
    assert ["2", "4"] == re.findall(
        r'text-align:right"><section [^>]*><p>.</p><section [^>]*><p>(\d)</p>', found
    )


def test_a_face_stands_outside_of_what_is_said():
    first, second = 'blocks.says("甲", "1", image="a.png")', 'blocks.says("乙", "2", image="a.png")'
    found = md(inside("dialogue", f"{{{{ {first} }}}}{{{{ {second} }}}}"))
    assert [True, False] == [
        part.index("<img") < part.index("<p>") for part in found.split("<section><section")[1:]
    ] + [found.rindex("<img") < found.index("<p>2</p>")]


@pytest.mark.parametrize(
    "call",
    [
        inside("numbers", NUMBER),
        inside("timeline", '{{ blocks.entry("8:40", "集合") }}'),
        inside(
            "dialogue", '{{ blocks.says("甲", "1", image="a.png") }}{{ blocks.says("乙", "2") }}'
        ),
        '{{ blocks.qa("下雨呢？", "照走。") }}',
        '{{ blocks.past({"article": "earlier", "title": "茶", "image": "a.png"}) }}',
        '{{ blocks.follow("社", "a.png", "每周四") }}',
    ],
)
def test_a_block_with_its_styles_is_the_same_in_markdown_and_in_html(call: str):
    css = ".article p{margin:1px}.entry,.bubble,.number,.qa-text,.past-item,.follow{color:red}"
    assert md(call, css).replace(' data-w="1080"', "") == html(call, css)
    assert "color:red" in html(call, css)


@pytest.mark.parametrize("name", ["main.md.j2", "main.html.j2"])
def test_a_question_has_its_answer_below(name: str):
    found = body('{{ blocks.qa("下雨呢？", "照走。") }}', FILES, name)
    assert ["问", "下雨呢？", "答", "照走。"] == re.findall(r">([^<>]+)<", found)


def test_a_block_in_a_part_is_a_block():
    text = inside(
        "dialogue",
        "{% call blocks.says('甲') %}" + inside("columns", COLUMN + COLUMN) + "{% endcall %}",
    )
    for found in (md(text), html(text)):
        assert 2 == found.count("width:48%")
        assert not re.search("[\ue000-\ue002]", found)


# What went out before.

LOCK = '{"message": {"articles": [{"title": "第一篇"}, {"title": "第二 <篇>"}]}}'


def past(call: str, **more: str) -> Folder:
    return Folder(
        {
            "spring/articles/main.md.j2": f"{{{{ blocks.past({call}) }}}}",
            "spring/images/cover.jpg": "c",
            "spring/articles/a.png": "A",
            "earlier/campaign.lock.json": LOCK,
            **more,
        }
    )


def content_of(folder: Folder) -> tuple[str, tuple[tuple[str, str], ...]]:
    campaign = rendered(news({"content": "articles/main.md.j2"}), folder)
    assert isinstance(campaign.message, NewsMessage)
    return campaign.message.articles[0].content, campaign.links


def test_past_articles_have_the_addresses_of_the_ledger_and_the_titles_of_the_lock():
    content, links = content_of(past('"earlier", "earlier/2"'))
    first, second = "https://mp.weixin.qq.com/s/earlier-1", "https://mp.weixin.qq.com/s/earlier-2"
    assert f'<p><a href="{first}">第一篇</a></p>' in content
    assert f'<a href="{second}">第二 &lt;篇&gt;</a>' in content
    assert (("earlier/1", first), ("earlier/2", second)) == links
    assert "往期推荐" in content


def test_a_past_article_may_have_another_title_and_a_picture():
    call = '{"article": "earlier/2", "title": "茶", "image": "a.png"}, heading="再读一遍"'
    content, _ = content_of(past(call, **{"earlier/campaign.lock.json": "damaged"}))
    address = "https://mp.weixin.qq.com/s/earlier-2"
    assert f'<a href="{address}"><img src="{hold("A")}" data-w="1080" alt="茶"' in content
    assert f'<a href="{address}">茶</a>' in content
    assert "再读一遍" in content
    assert "往期推荐" not in content


@pytest.mark.parametrize(
    "lock", ["", "[]", "{", '{"message": {"articles": []}}', '{"message": null}', LOCK[:40]]
)
def test_a_title_that_nobody_knows_is_told_at_the_call(lock: str):
    (found,) = render(
        news({"content": "articles/main.md.j2"}),
        past('"earlier/2"', **{"earlier/campaign.lock.json": lock}),
    )[1]
    assert ("MC107", True, True) == (
        found.code,
        "no lock that knows the title" in found.message,
        found.place is not None,
    )


def test_an_invitation_to_follow_may_hold_the_profile_card():
    card = '{{ profile_card(id="MzA5", nickname="社", image="../images/b.png") }}'
    found = md(f"{{% call blocks.follow(text='每周四') %}}{card}{{% endcall %}}")
    assert found.index("每周四") < found.index("<mp-common-profile")
    assert "<p>社</p>" in md('{{ blocks.follow("社", "a.png") }}')


# Wrong calls.


@pytest.mark.parametrize(
    ("call", "said", "hint"),
    [
        ("blocks.lead()", "needs `text`, or content in {% call %}", "takes text"),
        ('blocks.lead("")', "`text` of blocks.lead is empty", "takes text"),
        ('blocks.lead("a", "b")', "has 2 arguments, but accepts 1", "takes text"),
        ('blocks.lead(texte="a")', "has no `texte`", "did you mean `text`?"),
        ('blocks.lead(zzz="a")', "has no `zzz`", "takes text"),
        ('blocks.lead("a", text="b")', "has the argument `text` twice", "takes text"),
        ("blocks.lead([1])", "must be a text, and here is a value of type list", "takes text"),
        ("blocks.lead(true)", "must be a text, and here is a value of type bool", "takes text"),
        ('blocks.person("林梅")', "needs `image`", "takes name, image, role"),
        (
            'blocks.copyright("社", credits="林梅")',
            "must be a mapping, and here is",
            "takes holder",
        ),
        ('blocks.copyright("社", credits={"文": 林})', "`林` is not defined", None),
        ("blocks.lead(titel)", "`titel` is not defined", None),
        ('blocks.button("a", "https://example.com")', "WeChat removes such links", "QR code"),
        (
            'blocks.product("a", "a.png", url="javascript:x")',
            "WeChat removes such links",
            "QR code",
        ),
        ("blocks.past()", "needs `articles`", "takes articles"),
        ("blocks.past(articles=[])", "takes 1 to 20 articles, and here are 0", "takes articles"),
        ("blocks.past(articles='earlier')", "must be a list", "takes articles"),
        ("blocks.past(true)", "must be a text", "takes articles"),
        ("blocks.past('earlier/9')", "counts articles from 1 to 8", "takes article, title, image"),
        ("blocks.past('earlier/x')", "counts articles from 1 to 8", "takes article, title, image"),
        ("blocks.past('later/1')", "later was not sent", None),
        ("blocks.past({'titel': 'x'})", "has no `titel`", "did you mean `title`?"),
        ("blocks.past({'title': 'x'})", "needs `article`", "takes article, title, image"),
        ("blocks.follow(text='x')", "needs `name`, or content", "takes name"),
        ("blocks.qa('问')", "needs `answer`, or content", "takes question"),
        ("blocks.entry('8:40', 'x')", "must be inside blocks.timeline", None),
        ("blocks.number('1')", "must be inside blocks.numbers", None),
        ("blocks.columns()", "is empty", None),
        ("blocks.column()", "is empty", None),
        ("blocks.leed('a')", "the library has no block `leed`", "did you mean `lead`?"),
        ("blocks.zzz('a')", "the library has no block `zzz`", None),
    ],
)
@pytest.mark.parametrize("name", ["main.md.j2", "main.html.j2"])
def test_a_wrong_call_is_told_at_its_line(call: str, said: str, hint: str | None, name: str):
    found = fault(f"第一行\n\n{{{{ {call} }}}}\n", name)
    assert found.place is not None
    assert (f"campaigns/spring/articles/{name}", 3) == (found.place.file, found.place.line)
    assert found.code != "MC107" or found.place.column == 4
    assert said in found.message
    assert hint is None or hint in (found.hint or "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{% call blocks.divider() %}x{% endcall %}", "has no content"),
        ('{% call blocks.lead("a") %}x{% endcall %}', "but not both"),
        ("{% call blocks.button() %}x{% endcall %}", "needs a link, and here is none"),
        (
            "{% call blocks.button(url='x') %}[a](b){% endcall %}",
            "accepts `text` and `url` together",
        ),
        ("{{ blocks.button('x') }}", "accepts `text` and `url` together"),
        ("{% call blocks.column() %}x{% endcall %}", "must be inside blocks.columns"),
        ("{% call blocks.columns() %}x{% endcall %}", "here are 0"),
        (f"{{% call blocks.columns() %}}{COLUMN}{{% endcall %}}", "here are 1"),
        (f"{{% call blocks.columns() %}}{COLUMN}{COLUMN}{COLUMN}{{% endcall %}}", "here are 3"),
        (inside("numbers", NUMBER * 4), "needs 1–3 of blocks.number, and here are 4"),
        (
            inside("numbers", NUMBER * 2 + '{{ blocks.number("12,345,678", "元") }}'),
            "too long for 3 numbers side by side",
        ),
        (inside("timeline", "x"), "needs 1–50 of blocks.entry, and here are 0"),
        (
            inside("timeline", "{{ blocks.lead('x') }}{{ blocks.entry('1', 'y') }}"),
            "only blocks.entry",
        ),
        (inside("dialogue", "{{ blocks.says('a', 'b', side='up') }}"), "is left or right, not up"),
        (
            "{% call blocks.lead() %}{{ blocks.entry('1', 'y') }}{% endcall %}",
            "must be inside blocks.timeline",
        ),
        (f"{{% call blocks.columns() %}}{COLUMN}y{COLUMN}{{% endcall %}}", "something else"),
    ],
)
def test_a_wrong_body_is_told(text: str, said: str):
    found = fault("\n" + text)
    assert ("MC107", 2) == (found.code, found.place.line if found.place else 0)
    assert said in found.message


def test_a_picture_that_is_missing_is_told_at_the_call():
    found = fault('{{ blocks.qr("gone.png") }}')
    assert ("MC201", 1) == (found.code, found.place.line if found.place else 0)


def test_links_to_other_sites_stay_where_the_account_may_keep_them():
    folder = Folder(
        {
            "spring/articles/main.md.j2": '{{ blocks.button("a", "https://example.com") }}',
            "spring/images/cover.jpg": "c",
        }
    )
    campaign, found = render(news({"content": "articles/main.md.j2"}), folder, "keep")
    assert campaign is not None, found
    assert isinstance(campaign.message, NewsMessage)
    assert '<a href="https://example.com">a</a>' in campaign.message.articles[0].content


def test_blocks_are_for_articles_only():
    folder = Folder({"spring/articles/main.md": "x", "spring/images/cover.jpg": "c"})
    (found,) = render(news({"title": "{{ blocks.lead('x') }}"}), folder)[1]
    assert "MC102" == found.code


@given(st.text("a<&\"'{}`*_\n \ue000\ue001\ue0020", min_size=1, max_size=30))
def test_no_text_breaks_out_of_its_block(text: str):
    quoted = "".join(f"\\u{ord(each):04x}" for each in text)
    folder = Folder(
        {
            "spring/articles/main.html.j2": f'{{{{ blocks.lead("a{quoted}") }}}}',
            "spring/images/cover.jpg": "c",
        }
    )
    campaign, found = render(news({"content": "articles/main.html.j2"}), folder)
    assert campaign is not None, found
    assert isinstance(campaign.message, NewsMessage)
    content = campaign.message.articles[0].content
    assert content.startswith("<section>a")
    assert (1, content.count("<br>") + 2) == (content.count("</section>"), content.count("<"))


@pytest.mark.parametrize("theme", BUILT_IN)
def test_the_sample_calls_every_block_and_reads_well_in_every_theme(theme: str):
    sample = files("massctl.render") / "blocks"
    text = (sample / "sample.md.j2").read_text(encoding="utf-8")
    pictures = {f"spring/images/{each.name}": each.name for each in (sample / "images").iterdir()}
    folder = Sample({"spring/main.md.j2": text, "spring/images/cover.jpg": "c", **pictures})
    assert [] == [name for name in SIGNATURES if f"blocks.{name}(" not in text]
    campaign, diagnostics = render(
        news({"content": "main.md.j2"}, theme=theme), folder, words=WORDS
    )
    assert campaign is not None
    assert [] == diagnostics


class Sample(Folder):
    """The built-in themes, and an address for everything."""

    def stylesheet(self, theme: str, /) -> str | None:
        return built_in_theme(theme)

    def article_address(self, campaign: str, number: int, /) -> str:
        return f"https://mp.weixin.qq.com/s/{campaign}-{number}"


def test_every_block_is_documented():
    root = Path(__file__).parents[3] / "docs" / "guides"
    for page in ("template-library.md", "template-library.zh-CN.md"):
        text = (root / page).read_text(encoding="utf-8")
        assert [] == [name for name in SIGNATURES if f"blocks.{name}" not in text]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('| 甲 | 乙 |\n|---|---|\n| {{ blocks.lead("表里") }} | 右 |', [("MC107", 3, 6)]),
        ("> | {% call blocks.lead() %}字{% endcall %} |\n> |---|", [("MC107", 1, 13)]),
        ("| `{{ '{{ blocks.lead() }}' }}` | 乙 |\n|---|---|", []),
        ('| 甲 |\n|---|\n\n{{ blocks.lead("表外") }}', []),
    ],
)
def test_a_block_in_a_cell_is_refused(text: str, found: list[tuple[str, int, int]]) -> None:
    assert found == [each for each in lines(wrong(text, name="main.md.j2")) if each[0] == "MC107"]


@pytest.mark.parametrize(
    ("content", "theme", "found"),
    [("main.md", "danmo", "danmo"), ("main.md", None, BUILT_IN[0]), ("main.html", None, None)],
)
def test_an_article_knows_the_name_of_its_theme(
    content: str, theme: str | None, found: str | None
) -> None:
    changes = {"theme": theme} if theme is not None else {}
    folder = Folder({f"spring/articles/{content}": "<p>a</p>", "spring/images/cover.jpg": "c"})
    message = rendered(news({"content": f"articles/{content}"}, **changes), folder).message

    assert isinstance(message, NewsMessage)
    assert found == message.articles[0].theme
