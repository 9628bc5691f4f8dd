"""Cards and links that only WeChat knows, and links to articles of the house."""

import re
from pathlib import Path

import pytest
from render_inputs import Folder, body, hold, news, render, run

from massctl.model.message import NewsMessage
from massctl.source.renderer import built_in_theme

APPID = "wx0123456789abcdef"
PICTURE = {"spring/images/a.png": "A"}
CARD = f"miniprogram_card('{APPID}', 'pages/a?b=1&c=2', '题 \"<\"', 'images/a.png')"
SHOWN_CARD = (
    f'<mp-common-miniprogram data-miniprogram-type="card" data-miniprogram-appid="{APPID}"'
    ' data-miniprogram-path="pages/a?b=1&amp;c=2" data-miniprogram-title="题 &quot;&lt;&quot;"'
    f' data-miniprogram-imageurl="{hold("A")}"></mp-common-miniprogram>'
)
PROFILE = "profile_card(id='MzI=', nickname='步行社', image='images/a.png', alias='walk')"
SHOWN_PROFILE = (
    '<mp-common-profile data-pluginname="mpprofile" data-id="MzI=" data-nickname="步行社"'
    f' data-headimg="{hold("A")}" data-alias="walk" data-signature="" data-from="0"></mp-common-profile>'
)
LINK = f"miniprogram_link('{APPID}', 'p', '报<名>')"
SHOWN_LINK = (
    f'<a data-miniprogram-type="text" data-miniprogram-appid="{APPID}" data-miniprogram-path="p"'
    ' href="">报&lt;名&gt;</a>'
)


@pytest.mark.parametrize(
    ("call", "shown"), [(CARD, SHOWN_CARD), (PROFILE, SHOWN_PROFILE), (LINK, SHOWN_LINK)]
)
def test_in_html_a_call_is_written_as_it_is(call: str, shown: str) -> None:
    assert f"<p>字</p>{shown}" == body("<p>字</p>{{ " + call + " }}", PICTURE, "main.html.j2")


@pytest.mark.parametrize(("call", "shown"), [(CARD, SHOWN_CARD), (PROFILE, SHOWN_PROFILE)])
def test_in_markdown_a_card_stands_alone(call: str, shown: str) -> None:
    # The inliner writes attributes anew, as short as can be.
    shown = shown.replace('=""', "")
    assert f"<section><p>字</p>{shown}<p>尾</p></section>" == body(
        "字\n\n{{ " + call + " }}\n\n尾", PICTURE, "main.md.j2"
    ).replace('=""', "")


def test_in_markdown_a_link_stands_in_the_text() -> None:
    assert f"<section><p>字{SHOWN_LINK}。</p></section>" == body(
        "字{{ " + LINK + " }}。", {}, "main.md.j2"
    )


@pytest.mark.parametrize(("more", "alt"), [("", ""), (", '字'", ' alt="字"')])
def test_a_picture_opens_a_mini_program(more: str, alt: str) -> None:
    call = f"miniprogram_image('{APPID}', 'p', 'images/a.png'{more})"
    link = f'<a data-miniprogram-type="image" data-miniprogram-appid="{APPID}" data-miniprogram-path="p" href="">'
    found = body("字\n\n{{ " + call + " }}", PICTURE, "main.md.j2")
    assert (
        f'<section><p>字</p>{link}<img src="{hold("A")}" data-w="1080"{alt}></a></section>' == found
    )


@pytest.mark.parametrize(
    ("call", "address"),
    [
        ("article_url('earlier')", "https://mp.weixin.qq.com/s/earlier-1"),
        ("article_url('earlier', 2)", "https://mp.weixin.qq.com/s/earlier-2"),
        ("article_url(campaign='earlier', number='3')", "https://mp.weixin.qq.com/s/earlier-3"),
    ],
)
def test_an_article_of_the_house_is_linked(call: str, address: str) -> None:
    assert address == run("{{ " + call + " }}")
    assert f'<a href="{address}">字</a>' in body("[字]({{ " + call + " }})", {}, "main.md.j2")


GUIDES = Path(__file__).parents[3] / "docs" / "guides"
COMPONENTS = [
    "iframe", "mp-common-mpaudio", "qqmusic", "mp-common-videosnap", "mp-common-poi", "mp-common-product",
]  # fmt: skip
"""A video, a voice, a song, a clip of 视频号, a place, a product."""


@pytest.mark.parametrize(
    ("page", "heading"),
    [("writing.md", "## Video, sound, places"), ("writing.zh-CN.md", "## 视频、声音、地点")],
)
def test_the_components_of_the_guide_arrive_as_they_are_shown(page: str, heading: str) -> None:
    part = (GUIDES / page).read_text(encoding="utf-8").partition(heading)[2].partition("\n## ")[0]
    cards, components = re.findall(r"```(?:jinja|html)\n(.*?)```", part, re.DOTALL)
    pictures = {
        "spring/images/card.jpg": "card",
        "spring/images/logo.png": "logo",
        "spring/images/cover.jpg": "cover",
    }
    folder = Folder({"spring/main.md.j2": f"前文\n\n{cards}\n\n{components}\n\n后文", **pictures})
    folder.css = built_in_theme("qingshan") or ""
    campaign, told = render(news({"content": "main.md.j2"}), folder)
    assert [] == told
    assert campaign is not None
    assert isinstance(campaign.message, NewsMessage)
    content = campaign.message.articles[0].content
    tags = re.findall(r"<[a-z][^>]*></[a-z-]+>", components)
    assert COMPONENTS == [tag[1:].split()[0] for tag in tags]
    assert [] == [tag for tag in tags if tag not in content]
    assert 1 == content.count("<mp-common-miniprogram ") == content.count("<mp-common-profile ")
    assert 2 == content.count(" data-miniprogram-appid=") - 1
    assert content.index("前文") < content.index("<iframe") < content.index("后文")
