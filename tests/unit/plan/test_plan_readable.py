"""What a reader gets from a body: paragraphs, pictures and links, whatever the markup."""

import pytest
from building import sha
from hypothesis import given
from hypothesis import strategies as st

from massctl.plan.review_diff import Block, PictureSeen, Words, read_body, read_text

HERO = f"massctl-picture:{sha('hero')}"


def blocks(html: str) -> list[str | tuple[str, str]]:
    return [block.text if isinstance(block, Words) else (block.name, block.alt) for block in read_body(html, {}).blocks]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("", []),
        ("<p>  </p><p><br></p>", []),
        ("<p>你好，<b>春</b>天\n  来了</p><p>再见</p>", ["你好，春天 来了", "再见"]),
        ("一行<br>又一行", ["一行", "又一行"]),
        ("<section>外<section>内</section>又外</section>", ["外", "内", "又外"]),
        ("<table><tr><td>票价</td><td>39</td></tr><tr><td>早鸟</td><td>29</td></tr></table>", ["票价 39", "早鸟 29"]),
        ("<p>看得见<!-- 看不见 --></p><style>p{}</style><script>x</script>", ["看得见"]),
        (f'<p>前<img src="{HERO}" alt="河堤">后</p>', ["前", (sha("hero"), "河堤"), "后"]),
        (f'<section style="background-image:url({HERO})">字</section>', [(sha("hero"), ""), "字"]),
        (f'<img src="{HERO}" data-src="{HERO}">', [(sha("hero"), "")]),
        ('<img data-src="https://mmbiz.qpic.cn/a">', [("https://mmbiz.qpic.cn/a", "")]),
        ("<img>", [("", "")]),
        ("<p style=\"background:url('https://mmbiz.qpic.cn/b')\">字</p>", [("https://mmbiz.qpic.cn/b", ""), "字"]),
        ("<p>&lt;b&gt;&nbsp;x</p>", ["<b> x"]),
        ("<frameset><frame></frameset>", []),
    ],
)
def test_a_body_is_read_as_it_is_seen(html: str, expected: list[str | tuple[str, str]]):
    assert expected == blocks(html)


def test_a_picture_is_known_by_its_file():
    (picture,) = read_body(f'<img src="{HERO}">', {sha("hero"): ("images/hero.png", 7)}).blocks
    assert isinstance(picture, PictureSeen)
    assert ("images/hero.png", 7) == (picture.path, picture.size_bytes)


def test_links_are_where_they_lead():
    html = '<a href="https://mp.weixin.qq.com/s/a">甲</a><a>乙</a><a data-miniprogram-path="pages/x">丙</a>'
    assert ["https://mp.weixin.qq.com/s/a", "pages/x"] == read_body(html, {}).links


def test_words_and_pictures_are_counted():
    reading = read_body(f'<p>你好</p><img src="{HERO}"><p>再见了</p>', {})
    assert (5, 1) == (reading.characters, reading.pictures)


def test_a_deeply_nested_body_is_read():
    assert ["底"] == blocks("<b>" * 5_000 + "底" + "</b>" * 5_000)


def test_a_text_is_read_line_by_line():
    assert [Words("改 时间了"), Words("见谅")] == read_text("改  时间了\n\n 见谅 \n")


@given(st.text(st.sampled_from("<>/pbr img=\"'&;a1春\n-!"), max_size=60))
def test_any_body_can_be_read(html: str):
    found: list[Block] = read_body(html, {}).blocks
    assert all(block.text.strip() == block.text != "" for block in found if isinstance(block, Words))
