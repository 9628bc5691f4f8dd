"""The check of a corpus: it finds nothing wrong with our samples, and notices everything that it is there for."""

import random
import re
from pathlib import Path

import pytest

from corpus import destinations
from corpus.destinations import other_destinations
from corpus.forbidden import forbidden
from corpus.losses import losses
from corpus.rendering import CSS, Rendered, rendered
from massctl.model.destination import Destination, DestinationKind
from massctl.model.destination_html import in_body

SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.md"))
SAMPLE = SAMPLES[0].read_text(encoding="utf-8")


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_nothing_is_lost_and_nothing_is_forbidden(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    found = rendered(source, CSS)
    assert [] == found.errors
    assert [] == list(losses(source, found))
    assert [] == list(forbidden(found.body))


PIECES = (
    '<p><a href="https://a.cn/{n}">去 {n}</a>，<a href="#x">上</a></p>',
    '<svg viewBox="0 0 1 1"><a xlink:href="https://b.cn/{n}"><rect/></a><use href="#r"/></svg>',
    '<svg><foreignObject><section><svg><a href="https://c.cn/{n}"><text>里</text></a></svg></section></foreignObject></svg>',
    '<a href="https://mp.weixin.qq.com/s/{n}"><img src="x.png" alt="图"></a>',
    '<mp-common-miniprogram data-miniprogram-appid="wx{n}" data-miniprogram-path="p"></mp-common-miniprogram>',
    '<p><a href="" data-miniprogram-appid="wx{n}" data-miniprogram-path="p?a=1">开</a></p>',
    '<section><mp-common-profile data-id="M{n}" data-nickname="号"></mp-common-profile></section>',
    '<mp-common-videosnap data-id="export/{n}"></mp-common-videosnap>',
    '<p><mpvoice voice_encode_fileid="V{n}" name="声"></mpvoice></p>',
    '<qqmusic musicid="{n}"></qqmusic>',
    '<iframe class="video_iframe" data-mpvid="wxv_{n}" data-src="https://v.qq.com/iframe/preview.html?vid=wxv_{n}"></iframe>',
    '<mp-common-product data-productid="{n}"></mp-common-product><mp-style-type data-value="3"></mp-style-type>',
    '<table><tr><td><a href="https://d.cn/?a=1&amp;b={n}">格</a></td></tr></table>',
    "<p>https://text.cn/{n} 只是文字</p><img src='https://picture.cn/{n}.png'>",
    '<map name="m"><area href="https://e.cn/{n}" alt="左"></map>',
)
"""What articles of other editors are made of."""


@pytest.mark.parametrize("number", range(60))
def test_another_reader_finds_the_same_destinations(number: int) -> None:
    order = random.Random(number)
    pieces = order.choices(PIECES, k=3 + number % 20)
    body = "".join(each.replace("{n}", f"{number}{at}") for at, each in enumerate(pieces))
    assert [] == list(other_destinations(f"<section>{body}</section>"))


def test_another_reader_agrees_about_our_samples() -> None:
    found = rendered(SAMPLE, CSS)
    assert [] == list(other_destinations(found.body))
    assert [*in_body(found.body, "article 1")]


def test_a_destination_that_is_left_out_or_invented_is_missed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    body = '<a href="https://a.cn">去</a><mpvoice voice_encode_fileid="1"></mpvoice>'
    other = [Destination(DestinationKind.URL, "https://b.cn", "article 1")]
    monkeypatch.setattr(destinations, "in_body", lambda *_: other)
    assert [
        "destination missing: https://a.cn",
        "destination invented: https://b.cn",
        "destination: 0 components are listed of 1",
    ] == list(other_destinations(body))


@pytest.mark.parametrize(
    ("lost", "told"),
    [
        ("继续", "text: "),
        ("盒子里的", "text: "),
        ("第二段", "text: "),
        ("https://example.net/picture", "link: https://example.net/picture"),
        ("&nbsp; 两个空格", "code: "),
        ("<br>", "code: "),
        ("空</td>", "table 2"),
    ],
)
def test_what_is_taken_out_is_missed(lost: str, told: str) -> None:
    found = rendered(SAMPLE.replace("continue here", "继续"), CSS)
    source = SAMPLE.replace("continue here", "继续")
    body = found.body.replace(lost, " 两个空格" if "nbsp" in lost else "")
    if "</td>" in lost:
        body = re.sub(r"<td[^>]*>空</td>", "", found.body)
    assert any(
        each.startswith(told) for each in losses(source, Rendered(body, [], [], found.addresses))
    )


def test_a_picture_that_is_taken_out_is_missed() -> None:
    found = rendered(SAMPLE, CSS)
    body = re.sub(r"<img [^>]*>", "", found.body, count=1)
    assert ["picture: a.png"] == list(losses(SAMPLE, Rendered(body, [], [], found.addresses)))


@pytest.mark.parametrize(
    "html",
    [
        "<ul><li>a</li></ul>",
        "<p id=a>a</p>",
        "<p class=a>a</p>",
        "<p onclick=a>a</p>",
        "<img src=https://example.com/a.png>",
        "<a href=https://example.com>a</a>",
        "<p>a\nb</p>",
        '<p style="color:var(--a)">a</p>',
        '<p style="color:red!important">a</p>',
        '<p style="text-align:start">a</p>',
    ],
)
def test_what_is_forbidden_is_found(html: str) -> None:
    assert [] != list(forbidden(html))
