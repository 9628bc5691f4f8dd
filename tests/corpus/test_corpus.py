"""The check of a corpus: it finds nothing wrong with our samples, and notices everything that it is there for."""

import re
from pathlib import Path

import pytest

from corpus.forbidden import forbidden
from corpus.losses import losses
from corpus.rendering import CSS, Rendered, rendered

SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.md"))
SAMPLE = SAMPLES[0].read_text(encoding="utf-8")


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_nothing_is_lost_and_nothing_is_forbidden(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    found = rendered(source, CSS)
    assert [] == found.errors
    assert [] == list(losses(source, found))
    assert [] == list(forbidden(found.body))


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
