"""Random edits through the form change their own bytes of campaign.yaml, and no other."""

import json
from itertools import takewhile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from massctl.desk.letter_fields import (
    MESSAGE_FIELDS,
    Change,
    FormValue,
    NewArticle,
    read_fields,
    with_articles,
    with_fields,
)

ARTICLE_KEYS = ("title", "author", "digest", "content_source_url")
WORDS = st.text(
    st.characters(
        codec="utf-8", exclude_categories=("Cs", "Cc", "Cn"), exclude_characters="\ufeff"
    ),
    min_size=1,
    max_size=12,
)
SPELLINGS = st.sampled_from(["'{}'", '"{}"', "{}", "{}   # 注", "|-\n{indent}  {}"])


@st.composite
def articles(draw: st.DrawFn, number: int) -> str:
    """Write an article as people do: in any order, with comments, over several lines."""
    pad = "      "
    lines = [f"title: 题{number}", f"content: articles/{number}.md"]
    cover = draw(st.sampled_from(["cover: a.jpg", "cover: {file: a.jpg, focus: [0.5, 0.3]}"]))
    lines.append(cover + draw(st.sampled_from(["", "  # 封面"])))
    for key in ("author", "digest"):
        if draw(st.booleans()):
            value = draw(SPELLINGS).format(f"{key}{number}", indent=pad)
            lines.append(f"{key}: {value}")
    if draw(st.booleans()):
        lines.insert(draw(st.integers(1, len(lines))), f"# 篇{number}的注")
    lines = draw(st.permutations([each for each in lines if not each.startswith("#")])) + [
        each for each in lines if each.startswith("#")
    ]
    above = draw(st.sampled_from(["", f"    # 第{number}条\n", "\n"]))
    return f"{above}    - " + f"\n{pad}".join(lines) + "\n"


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Write a campaign.yaml with what no form knows."""
    count = draw(st.integers(1, 4))
    parts = [
        "version: 1\n",
        draw(
            st.sampled_from(
                ["account: main\n", "account: main  # 号\n", "# 谁也别删\naccount: 'main'\n"]
            )
        ),
        draw(st.sampled_from(["audience:\n  is_to_all: true\n", "audience: {tag: 老读者}\n"])),
        draw(
            st.sampled_from(
                [
                    "",
                    "preview:\n  towxname: [editor_lin, editor_mei]\n",
                    "preview:\n  towxname:\n    - editor_lin  # 林\n    - editor-mei\n",
                ]
            )
        ),
        "vars:\n  x: [1, 2]   # 留着\n",
        "mpnews:\n  articles:\n" + "".join(draw(articles(each)) for each in range(count)),
        draw(st.sampled_from(["", "ignore:\n  - {code: MC215, reason: 装饰}\n"])),
    ]
    text = "".join(parts)
    mark = draw(st.sampled_from(["", "\ufeff"]))
    return (mark + (text.replace("\n", "\r\n") if draw(st.booleans()) else text)).encode()


def middle(before: bytes, after: bytes) -> tuple[bytes, bytes]:
    """Return what differs, between what both begin and end with."""
    begin = alike(before, after)
    end = alike(before[begin:][::-1], after[begin:][::-1])
    return before[begin : len(before) - end], after[begin : len(after) - end]


def alike(one: bytes, other: bytes) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def said(data: bytes) -> dict[str, Any]:
    fields = read_fields(data)
    assert fields is not None
    return fields


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(files(), st.integers(0, 3), st.sampled_from(ARTICLE_KEYS), WORDS | st.none())
def test_a_field_of_an_article_changes_its_own_lines(
    data: bytes, number: int, key: str, value: FormValue
) -> None:
    fields = said(data)
    if number >= len(fields["mpnews"]["articles"]) or (key == "title" and value is None):
        return
    after = with_fields(data, [Change(("mpnews", "articles", number, key), value)])
    due = json.loads(json.dumps(fields))
    due["mpnews"]["articles"][number].pop(key, None)
    if value is not None:
        due["mpnews"]["articles"][number][key] = value
    assert after is not None
    assert said(after) == due
    gone, come = (each.decode("utf-8", "ignore") for each in middle(data, after))
    own = str(fields["mpnews"]["articles"][number].get(key, ""))
    # Of the file nothing goes but the key, its value as written, and the comment on its line.
    assert len(gone.splitlines()) <= 3
    for other in fields["mpnews"]["articles"]:
        for text in other.values():
            if isinstance(text, str) and text != own and len(text) > 2:
                assert text not in gone
    assert "的注" not in gone
    assert come.count("\n") <= 1


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(files(), st.data())
def test_articles_move_and_go_with_their_own_lines(data: bytes, draw: st.DataObject) -> None:
    fields = said(data)
    count = len(fields["mpnews"]["articles"])
    order: list[int | NewArticle] = [*draw.draw(st.permutations(range(count)))]
    order = order[: draw.draw(st.integers(1, count))]
    new = NewArticle(draw.draw(WORDS), "articles/new.md", "images/a: b.jpg")
    if draw.draw(st.booleans()):
        order.append(new)
    after = with_articles(data, order)
    assert after is not None
    found = said(after)["mpnews"]["articles"]
    written = {"title": new.title, "content": new.content, "cover": {"file": new.cover}}
    before = fields["mpnews"]["articles"]
    assert found == [before[each] if isinstance(each, int) else written for each in order]
    assert {**said(after), "mpnews": None} == {**fields, "mpnews": None}
    for number in (each for each in order if isinstance(each, int)):
        assert after.count(f"题{number}".encode()) == data.count(f"题{number}".encode())
        assert after.count(f"第{number}条".encode()) == data.count(f"第{number}条".encode())


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(files(), st.lists(st.from_regex(r"[a-zA-Z][-_a-zA-Z0-9]{5,9}", fullmatch=True), max_size=4))
def test_names_come_and_go_one_by_one(data: bytes, names: list[str]) -> None:
    now = [*said(data).get("preview", {}).get("towxname", [])[:1], *names]
    after = with_fields(data, [Change(("preview", "towxname"), now)])
    assert after is not None
    assert said(after)["preview"]["towxname"] == now
    assert {**said(after), "preview": None} == {**said(data), "preview": None}


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(files(), st.sampled_from(["crop_235_1", "crop_1_1"]))
def test_a_crop_is_written_beside_its_file(data: bytes, key: str) -> None:
    after = with_fields(data, [Change(("mpnews", "articles", 0, "cover", key), "0_0.1_1_0.9")])
    assert after is not None
    cover = said(data)["mpnews"]["articles"][0]["cover"]
    assert said(after)["mpnews"]["articles"][0]["cover"] == {**cover, key: "0_0.1_1_0.9"}
    again = with_fields(after, [Change(("mpnews", "articles", 0, "cover", key), None)])
    assert again is not None
    assert said(again) == said(data)


def test_every_message_has_the_fields_of_its_model() -> None:
    kinds = {name: [each.kind for each in fields] for name, fields in MESSAGE_FIELDS.items()}
    assert kinds["image"] == ["list", "list", "text", "text", "check", "check"]
    assert kinds["text"] == ["text"]
    assert set(kinds) == {"text", "image", "voice", "mpvideo", "wxcard"}


PICTURES = """\
version: 1
account: main
audience: {is_to_all: true}
image:
  files:
    # 第一张
    - images/a.jpg   # 河
    - images/b.jpg
  title: 河
""".encode()


def test_pictures_move_with_their_comments() -> None:
    now = ["images/b.jpg", "images/c.jpg", "images/a.jpg"]
    after = with_fields(PICTURES, [Change(("image", "files"), now)])
    assert after is not None
    assert said(after)["image"]["files"] == now
    lines = after.decode().splitlines()
    assert lines[lines.index("    # 第一张") + 1] == "    - images/a.jpg   # 河"
    assert '    - "images/c.jpg"' in lines


def test_a_window_that_is_taken_away_leaves_no_empty_block() -> None:
    data = b"version: 1\nsend:\n  not_before: 2026-12-05T20:00:00+08:00\naccount: main\n"
    assert with_fields(data, [Change(("send", "not_before"), None)]) == (
        b"version: 1\naccount: main\n"
    )
