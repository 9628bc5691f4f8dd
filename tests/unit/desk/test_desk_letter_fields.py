"""Fields of a campaign.yaml are changed, and no other byte of it."""

import pytest

from massctl.desk.letter_fields import (
    Change,
    FormValue,
    read_fields,
    with_articles,
    with_fields,
)

YAML = """\
# 谁也别删这行
version: 1
title: 冬日市集   # 给同事看的
account: main
audience:
  is_to_all: true
mpnews:
  articles:
    # 头条
    - title: "甲"
      content: articles/a.md
      cover: images/a.jpg   # 封面
    - title: 乙
      content: articles/b.md
      cover: {file: images/b.jpg, focus: [0.5, 0.3]}
      # 乙的注
unknown_to_the_form:
  - x
""".replace("unknown_to_the_form:\n  - x\n", "vars:\n  x: [1, 2]   # 留着\n").encode()


def changed(*keys: str | int, value: FormValue) -> str:
    written = with_fields(YAML, [Change(keys, value)])
    assert written is not None
    return written.decode()


def test_one_field_moves_no_other_byte() -> None:
    after = changed("mpnews", "articles", 0, "title", value='新的 "甲"：🍂')
    assert after == YAML.decode().replace('title: "甲"', 'title: "新的 \\"甲\\"：🍂"')
    assert changed("title", value="春日") == YAML.decode().replace("冬日市集", '"春日"')


def test_a_cover_stays_as_short_as_it_was() -> None:
    after = changed("mpnews", "articles", 0, "cover", "file", value="images/c.jpg")
    assert 'cover: "images/c.jpg"   # 封面' in after
    after = changed("mpnews", "articles", 1, "cover", "file", value="images/c.jpg")
    assert '{file: "images/c.jpg", focus: [0.5, 0.3]}' in after


def test_what_the_file_lacks_is_added() -> None:
    after = changed("mpnews", "articles", 1, "need_open_comment", value=True)
    fields = read_fields(after.encode())
    assert fields is not None
    assert fields["mpnews"]["articles"][1]["need_open_comment"] is True


def test_an_audience_takes_the_place_of_all() -> None:
    changes = [
        Change(("audience", "of"), "east"),
        Change(("audience", "is_to_all"), None),
    ]
    written = with_fields(YAML, changes)
    assert written is not None
    fields = read_fields(written)
    assert fields is not None
    assert fields["audience"] == {"of": "east"}


@pytest.mark.parametrize(
    "keys",
    [
        ("version",),
        ("edition",),
        ("mpnews", "articles", 0, "content"),
        ("policy", "x"),
        ("vars", "x"),
    ],
)
def test_the_form_changes_only_its_own_fields(keys: tuple[str | int, ...]) -> None:
    assert with_fields(YAML, [Change(keys, "x")]) is None


def test_articles_move_with_their_comments() -> None:
    moved = with_articles(YAML, [1, 0])
    assert moved is not None
    fields = read_fields(moved)
    assert fields is not None
    assert [each["title"] for each in fields["mpnews"]["articles"]] == ["乙", "甲"]
    assert sorted(moved.decode().splitlines()) == sorted(YAML.decode().splitlines())
    back = with_articles(moved, [1, 0])
    assert back is not None
    assert read_fields(back) == read_fields(YAML)


def test_a_place_that_is_not_there_is_no_order() -> None:
    assert with_articles(YAML, [0, 0]) is None
    assert with_articles(b"version: 1\n", []) is None


def test_a_file_with_faults_has_no_fields() -> None:
    assert read_fields(b"title: [\n") is None
