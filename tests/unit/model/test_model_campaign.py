"""campaign.yaml: the rules that need two keys, times with offsets, and parts of covers."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from massctl.model.campaign import (
    CROP_PATTERN,
    SQUARE,
    WIDE,
    Article,
    Audience,
    CampaignFile,
    Cover,
    Crop,
    MpNews,
    Text,
    campaign_faults,
    crop_around,
    parse_offset_time,
)

OK = {"audience": {"is_to_all": True}, "text": {"content": "今晚八点"}}
START, END = "2026-12-01T20:00:00+08:00", "2026-12-01T22:00:00+08:00"


def found(**changes: object) -> list[tuple[str, tuple[str | int, ...]]]:
    data = {key: value for key, value in {**OK, **changes}.items() if value != "absent"}
    return [(fault.code, fault.key) for fault in campaign_faults(data)]


def test_one_message_and_one_audience_are_right():
    assert [] == found()


@pytest.mark.parametrize(
    "message", [{"text": {"content": "今晚八点"}}, {"wxcard": {"card_id": "p"}}]
)
def test_the_kind_of_a_message_is_its_key(message: dict[str, object]):
    file = CampaignFile.model_validate(
        {"version": 1, "account": "main", "audience": {"is_to_all": True}, **message}
    )
    assert [file.message_type] == list(message)


def test_no_message_is_a_fault_of_the_whole_file():
    assert [("MC015", ())] == found(text="absent")


def test_every_message_after_the_first_is_a_fault():
    assert [("MC015", ("mpnews",)), ("MC015", ("image",))] == found(mpnews={}, image=None)


@pytest.mark.parametrize(
    ("message", "block", "expected"),
    [
        ("image", {"files": ["a.jpg"]}, []),
        ("image", {}, [("MC024", ("image",))]),
        ("image", {"files": ["a.jpg"], "media_ids": ["M"]}, [("MC024", ("image", "media_ids"))]),
        ("voice", {"file": "a.mp3"}, []),
        ("voice", {"media_id": "M"}, []),
        ("voice", {"recommend": "?"}, [("MC024", ("voice",))]),
        ("mpvideo", {"title": "t"}, [("MC024", ("mpvideo",))]),
        ("mpvideo", {"file": "v.mp4", "media_id": "M"}, [("MC024", ("mpvideo", "media_id"))]),
        ("voice", "a.mp3", []),
    ],
)
def test_media_come_from_a_file_or_from_the_account(
    message: str, block: object, expected: list[tuple[str, tuple[str, ...]]]
):
    assert expected == found(text="absent", **{message: block})


@pytest.mark.parametrize(
    ("block", "preview", "expected"),
    [
        ({"card_id": "p"}, {"towxname": ["li"]}, [("MC012", ("wxcard",))]),
        ({"card_id": "p"}, {"touser": ["o"]}, [("MC012", ("wxcard",))]),
        ({"card_id": "p"}, {"towxname": [], "touser": []}, []),
        ({"card_id": "p"}, "li", []),
        ({"card_id": "p"}, "absent", []),
        ({"card_id": "p", "card_ext": "{}"}, {"towxname": ["li"]}, []),
        ("p", {"towxname": ["li"]}, []),
    ],
)
def test_the_previews_of_a_coupon_need_card_ext(
    block: object, preview: object, expected: list[tuple[str, tuple[str, ...]]]
):
    assert expected == found(text="absent", wxcard=block, preview=preview)


def test_no_audience_within_the_block_is_a_fault():
    assert [("MC016", ("audience",))] == found(audience={"expect": {"min": 1}})


def test_every_audience_after_the_first_is_a_fault():
    assert [("MC016", ("audience", "is_to_all"))] == found(
        audience={"tag_id": 1, "is_to_all": True}
    )


@pytest.mark.parametrize("other", [{"tag_id": 2}, {"tag": "会员"}, {"openids": "a.txt"}])
def test_false_beside_another_audience_says_nothing(other):
    beside = {"is_to_all": False, **other}
    assert [] == found(audience=beside)
    assert Audience(**other) == Audience(**beside)


def test_false_alone_names_nobody_and_excuses_no_second_audience():
    assert [("MC016", ("audience", "is_to_all"))] == found(
        audience={"is_to_all": False, "expect": {"min": 1}}
    )
    assert [("MC016", ("audience", "tag"))] == found(
        audience={"is_to_all": False, "tag_id": 2, "tag": "会员"}
    )


def test_no_audience_block_is_a_fault_of_the_whole_file():
    assert [("MC016", ())] == found(audience="absent")


@pytest.mark.parametrize("audience", [None, [], "all"])
def test_a_wrong_audience_block_is_left_to_the_schema(audience):
    assert [] == found(audience=audience)


def test_bounds_that_no_audience_can_fit_are_a_fault():
    assert [("MC014", ("audience", "expect", "min"))] == found(
        audience={"tag_id": 1, "expect": {"min": 2, "max": 1}}
    )


@pytest.mark.parametrize(
    "expect",
    [
        {"min": 2, "max": 2},
        {"min": 2},
        {"max": 1},
        {"min": "2", "max": 1},
        {"min": True, "max": 0},
        7,
    ],
)
def test_bounds_that_fit_or_are_of_a_wrong_type_are_no_fault_here(expect):
    assert [] == found(audience={"tag_id": 1, "expect": expect})


@pytest.mark.parametrize(
    ("send", "faults"),
    [
        ({"not_before": START, "not_after": END}, []),
        ({}, []),
        (None, []),
        ({"not_before": START}, [("MC012", ("send", "not_before"))]),
        ({"not_after": END}, [("MC012", ("send", "not_after"))]),
        ({"not_before": END, "not_after": START}, [("MC020", ("send", "not_after"))]),
        ({"not_before": START, "not_after": START}, [("MC020", ("send", "not_after"))]),
        ({"not_before": START, "not_after": "2026-12-01T13:00:00Z"}, []),
        (
            {"not_before": START, "not_after": "2026-12-01T12:00:00Z"},
            [("MC020", ("send", "not_after"))],
        ),
        ({"not_before": "soon", "not_after": END}, []),
        ({"not_before": START, "not_after": 7}, []),
    ],
)
def test_a_window_has_two_ends_in_order(send, faults):
    assert faults == found(send=send)


@pytest.mark.parametrize(
    "text",
    [START, "2026-12-01t20:00:00+08:00", "2026-12-01 20:00+08:00", "2026-12-01 20:00:00 +08:00", "2026-12-01T12:00:00Z",
     "2026-12-01 12:00 z", "2026-12-01T20:00:00.000+08:00", " 2026-12-01T20:00:00+08:00 "],
)  # fmt: skip
def test_a_time_with_an_offset_is_read_however_it_is_spelt(text):
    assert datetime(2026, 12, 1, 20, tzinfo=timezone(timedelta(hours=8))) == parse_offset_time(text)


@pytest.mark.parametrize(
    "value",
    [
        "2026-12-01T20:00:00",
        "2026-12-01",
        "2026-02-30T20:00:00+08:00",
        "",
        " ",
        "+",
        "tomorrow",
        7,
        None,
        datetime(2026, 12, 1, tzinfo=UTC),
    ],
)
def test_what_is_no_time_with_an_offset_is_none(value):
    assert parse_offset_time(value) is None


@given(st.text())
def test_any_text_is_a_time_or_none(text):
    moment = parse_offset_time(text)
    assert moment is None or moment.tzinfo is not None


def test_the_message_is_the_one_that_is_written():
    file = CampaignFile.model_validate({"version": 1, "account": "main", **OK})
    assert Text(content="今晚八点") == file.message


def test_a_message_has_one_to_eight_articles():
    article = {"title": "t", "content": "a.md", "cover": "c.jpg"}
    for count in (0, 9):
        with pytest.raises(ValidationError):
            MpNews.model_validate({"articles": [article] * count})
    assert 8 == len(MpNews.model_validate({"articles": [article] * 8}).articles)


def test_full_width_digits_are_no_time():
    with pytest.raises(ValidationError):
        CampaignFile.model_validate(
            {
                "version": 1,
                "account": "main",
                **OK,
                "send": {"not_before": START.replace("2", "２")},
            }
        )


@pytest.mark.parametrize(
    ("message", "answer", "expected"),
    [
        ("mpnews", True, []),
        ("text", False, []),
        ("text", "true", []),
        ("text", True, [("MC014", ("send", "send_ignore_reprint"))]),
        ("image", True, [("MC014", ("send", "send_ignore_reprint"))]),
    ],
)
def test_reprints_are_a_question_of_articles(
    message: str, answer: object, expected: list[tuple[str, tuple[str, ...]]]
):
    block = {"files": ["a.jpg"]} if message == "image" else {}
    assert expected == found(
        **{"text": "absent", message: block, "send": {"send_ignore_reprint": answer}}
    )


@pytest.mark.parametrize("signed", ["{not json", "[]", "null", "1", "[" * 100_000])
def test_what_is_signed_for_a_coupon_is_json(signed: str):
    assert [("MC014", ("wxcard", "card_ext"))] == found(
        text="absent", wxcard={"card_id": "p", "card_ext": signed}
    )


def test_a_signed_object_is_taken_as_it_is():
    assert [] == found(
        text="absent", wxcard={"card_id": "p", "card_ext": '{"code": "", "timestamp": "1"}'}
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"mpnews": {}, "text": "absent", "handoff": {"original": True}}, []),
        ({"handoff": {"original": True}}, [("MC014", ("handoff",))]),
        ({"mpnews": {}, "text": "absent", "handoff": {}}, [("MC012", ("handoff",))]),
        ({"mpnews": {}, "text": "absent", "handoff": ["original"]}, []),
        (
            {
                "mpnews": {},
                "text": "absent",
                "handoff": {"reward": True},
                "audience": {"openids": "a.txt"},
            },
            [("MC014", ("handoff",))],
        ),
    ],
)
def test_only_one_draft_can_be_handed_off(changes: dict[str, object], expected: list[object]):
    assert expected == found(**changes)


def test_a_broken_audience_is_no_matter_of_the_hand_off():
    faults = found(mpnews={}, text="absent", handoff={"reward": True}, audience=7)
    assert [] == [fault for fault in faults if fault[1] == ("handoff",)]


def cut(**cover: object) -> list[tuple[str, tuple[str | int, ...]]]:
    return found(
        text="absent",
        mpnews={"articles": [{"cover": "a.jpg"}, {"cover": {"file": "b.jpg", **cover}}]},
    )


@pytest.mark.parametrize("crop", ["0_0_1_1", "0.1_0.2_0.3_0.4", "not a crop", 3, None])
def test_a_part_of_a_cover_with_some_size_is_right_or_another_fault(crop: object):
    assert [] == cut(crop_235_1=crop, crop_1_1=crop)


def test_a_part_of_a_cover_without_size_is_a_fault_at_its_key():
    cover = ("mpnews", "articles", 1, "cover")
    expected = [("MC014", (*cover, "crop_235_1")), ("MC014", (*cover, "crop_1_1"))]
    assert expected == cut(crop_235_1="0.5_0_0.5_1", crop_1_1="0_1_1_0")


@pytest.mark.parametrize(
    "mpnews", [None, [], {"articles": "a"}, {"articles": ["a", 1, {"title": "t"}]}]
)
def test_what_is_no_article_has_no_cover_to_judge(mpnews: object):
    assert [] == found(text="absent", mpnews=mpnews)


@pytest.mark.parametrize(
    ("ignore", "expected"),
    [
        ([{"code": "MC215", "reason": "a line"}], []),
        ([{"code": "MC999", "reason": "?"}], [("MC014", ("ignore", 0, "code"))]),
        ([{"code": "MC215"}, {"code": "MC000"}], [("MC014", ("ignore", 1, "code"))]),
        ([{"code": "nonsense"}, {"code": 3}, "MC999", {}], []),
        ("MC999", []),
        (None, []),
    ],
)
def test_only_codes_that_there_are_can_be_ignored(
    ignore: object, expected: list[tuple[str, tuple[str | int, ...]]]
):
    assert expected == found(ignore=ignore)


@pytest.mark.parametrize(
    ("cover", "kind"),
    [("", "string_too_short"), (3, "string_type"), (["a.jpg"], "string_type"), ({}, "missing")],
)
def test_a_cover_is_a_path_or_keys(cover: object, kind: str):
    with pytest.raises(ValidationError) as caught:
        Article.model_validate({"title": "t", "content": "c", "cover": cover})
    assert [kind] == [each["type"] for each in caught.value.errors()]


def test_a_path_is_a_cover_with_a_file_alone():
    plain = Article.model_validate({"title": "t", "content": "c", "cover": "a.jpg"})
    assert plain == Article.model_validate(
        {"title": "t", "content": "c", "cover": Cover(file="a.jpg")}
    )
    assert "a.jpg" == plain.model_dump(exclude_defaults=True)["cover"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"theme": "danmo"}, [("MC014", ("theme",))]),
        ({"theme": "danmo", "text": "absent", "mpnews": {}}, []),
        ({"theme": "danmo", "text": "absent"}, [("MC015", ())]),
    ],
)
def test_a_theme_is_for_articles(
    changes: dict[str, object], expected: list[tuple[str, tuple[str, ...]]]
):
    assert expected == found(**changes)


SIDE = st.integers(1, 65_535)
SHARE = st.floats(0, 1)


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("0_0_1_1", (0, 0, 1_000_000, 1_000_000)),
        ("0.1_0.25_0.5_0.999999", (100_000, 250_000, 500_000, 999_999)),
        ("0.0_0.000000_1.0_1.000000", (0, 0, 1_000_000, 1_000_000)),
    ],
)
def test_a_part_is_read(text: str, sides: tuple[int, int, int, int]) -> None:
    assert Crop(*sides) == Crop.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0_0_1",
        "0_0_1_1_1",
        "0_0_2_1",
        "-0.1_0_1_1",
        "0_0_1_1.1",
        "0,0,1,1",
        "0.1234567_0_1_1",
        ".5_0_1_1",
        "0_0_1_１",
    ],
)
def test_another_form_is_none(text: str) -> None:
    assert Crop.parse(text) is None


@pytest.mark.parametrize("text", ["0.5_0_0.5_1", "0.6_0_0.5_1", "0_1_1_0", "0_0.2_1_0.2"])
def test_a_part_without_width_or_height_is_none(text: str) -> None:
    assert Crop.parse(text) is None


def test_it_is_written_as_short_as_can_be() -> None:
    crop = Crop.parse("0.100000_0.0_1.000000_0.5")
    assert crop is not None
    assert "0.1_0_1_0.5" == crop.text


def test_the_middle_of_a_square_picture_is_a_strip() -> None:
    assert "0_0.287234_1_0.712766" == crop_around((0.5, 0.5), 1000, 1000, WIDE).text


@pytest.mark.parametrize(
    ("focus", "text"),
    [
        ((0.5, 0.5), "0.25_0_0.75_1"),
        ((0.0, 0.0), "0_0_0.5_1"),
        ((1.0, 0.2), "0.5_0_1_1"),
        ((0.3, 0.9), "0.05_0_0.55_1"),
    ],
)
def test_the_focus_stays_in_the_middle_as_far_as_can_be(
    focus: tuple[float, float], text: str
) -> None:
    assert text == crop_around(focus, 2000, 1000, SQUARE).text


@given(SIDE, SIDE, SHARE, SHARE, st.sampled_from([WIDE, SQUARE]))
def test_every_focus_gives_a_part_that_wechat_takes(
    width: int, height: int, across: float, down: float, ratio: tuple[int, int]
) -> None:
    crop = crop_around((across, down), width, height, ratio)
    assert re.fullmatch(CROP_PATTERN, crop.text)
    assert crop == Crop.parse(crop.text)
    assert (crop.left == 0 and crop.right == 1_000_000) or (
        crop.top == 0 and crop.bottom == 1_000_000
    )


@given(st.integers(100, 9_000), st.integers(100, 9_000), st.sampled_from([WIDE, SQUARE]))
def test_it_has_the_form_that_is_due(width: int, height: int, ratio: tuple[int, int]) -> None:
    got = crop_around((0.5, 0.5), width, height, ratio)
    shown = (got.right - got.left) * width / ((got.bottom - got.top) * height)
    assert shown == pytest.approx(ratio[0] / ratio[1], rel=1e-3)


@pytest.mark.parametrize("key", ["not_before", "not_after"])
def test_a_time_that_is_on_no_calendar_is_a_fault(key: str):
    send = {"not_before": "2026-12-01T20:00:00+08:00", "not_after": "2026-12-01T22:00:00+08:00"}
    assert [("MC014", ("send", key))] == found(send={**send, key: "2026-02-30T20:00:00+08:00"})
