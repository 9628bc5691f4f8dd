"""The lock as a document, and back."""

import json
from dataclasses import replace
from typing import Any

import pytest
from building import OPEN, article, audience, news, picture, reviewers, sha, text

from massctl.model.campaign import CampaignFile, OpenidList
from massctl.model.lock import (
    LockFile,
    SourcesFile,
    body_files,
    changed_sources,
    declared_digest,
    lock_digest,
    lock_document,
    lock_text,
    path_from_lock,
    path_in_lock,
    sources_text,
)
from massctl.model.message import Purpose, RenderedCampaign, RenderedNews

SALE = news(
    "sale", article("一"), article("二", content="<p>二</p>"), window=OPEN, title="春季", recipients=reviewers("li")
)
CAMPAIGNS = [
    SALE,
    news("bare"),
    news("cut", article(pic_crop_235_1="0_0.1_1_0.9", pic_crop_1_1="0_0_0.5_1")),
    text("words", "今晚", audience=audience(tag_id=101, expect={"max": 9000}), send_ignore_reprint=True),
]


def read(campaign: RenderedCampaign) -> LockFile:
    return LockFile.model_validate(json.loads(lock_text(lock_document(campaign, "massctl 0.1.0"))))


def test_a_lock_names_a_list_of_openids() -> None:
    """By its digest and its count, and with no openid in it."""
    listed = replace(text("letter", audience=audience(openids="a.txt")), openid_list=OpenidList(sha("list"), 20_001))
    document = lock_document(listed, "massctl 0.1.0")
    assert {"openids": "a.txt", "sha256": "sha256:" + sha("list"), "count": 20_001} == document["audience"]
    assert listed.digest == read(listed).digest


@pytest.mark.parametrize("campaign", CAMPAIGNS, ids=lambda each: each.name)
def test_the_digest_of_a_document_is_that_of_its_campaign(campaign: RenderedCampaign) -> None:
    document = lock_document(campaign, "massctl 0.1.0")
    assert campaign.digest == lock_digest(document) == document["digest"]


@pytest.mark.parametrize("key", ["digest", "renderer"])
def test_the_digest_leaves_out_who_rendered_it(key: str) -> None:
    assert SALE.digest == lock_digest({**lock_document(SALE, "massctl 0.1.0"), key: "another"})


def test_the_digest_leaves_out_where_pictures_come_from() -> None:
    moved = tuple(replace(each, path="campaigns/_shared/x.png", source_sha256=sha("x")) for each in SALE.pictures)
    assert SALE.digest == replace(SALE, pictures=moved, account="other").digest


@pytest.mark.parametrize("key", ["campaign", "edition", "audience", "send", "message", "pictures", "format_version"])
def test_the_digest_stands_for_everything_else(key: str) -> None:
    document = lock_document(SALE, "massctl 0.1.0")
    changed: Any = [] if key == "pictures" else {"changed": 1}
    assert SALE.digest != lock_digest({**document, key: changed})


def test_the_bodies_are_named_with_their_digests() -> None:
    assert {"article-1.html", "article-2.html"} == set(body_files(SALE))
    assert {name: "sha256:" + sha(body.decode()) for name, body in body_files(SALE).items()} == read(SALE).bodies
    words = CAMPAIGNS[-1]
    assert ({"message.txt": b"\xe4\xbb\x8a\xe6\x99\x9a"}, {"message.txt": "sha256:" + sha("今晚")}) == (
        body_files(words),
        read(words).bodies,
    )


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("campaigns/sale/images/hero.png", "images/hero.png"),
        ("campaigns/_shared/images/logo.png", "_shared/images/logo.png"),
        ("campaigns/sale/_shared/logo.png", "./_shared/logo.png"),
    ],
)
def test_a_picture_is_found_again_by_its_path(path: str, written: str) -> None:
    assert (written, path) == (path_in_lock(path, "sale"), "campaigns/" + path_from_lock(written, "sale"))


def test_the_words_of_a_picture_are_those_of_the_contract() -> None:
    (cover, *_) = lock_document(news("sale", pictures=(picture("cover", Purpose.MATERIAL),)), "x")["pictures"]
    assert ["path", "source_sha256", "sha256", "bytes", "as"] == list(cover)


FILE: dict[str, Any] = {"version": 1, "account": "main", "audience": {"is_to_all": True}, "text": {"content": "今晚"}}


def declared(**changes: Any) -> str:
    return declared_digest(CampaignFile.model_validate({**FILE, **changes}))


@pytest.mark.parametrize(
    "changes",
    [
        {"preview": {"towxname": ["li"]}},
        {"send": {"same_content": "allow"}},
        {"send": {"over_limit": "allow"}},
        {"edition": 1},
        {"vars": {}},
        {"ignore": [{"code": "MC215", "reason": "a line"}]},
        {"send": {"send_ignore_reprint": False}},
    ],
)
def test_what_no_reviewer_approves_is_no_declaration(changes: dict[str, Any]) -> None:
    assert declared() == declared(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "春"},
        {"vars": {"a": 1}},
        {"edition": 2},
        {"send": {"send_ignore_reprint": True}},
        {"account": "other"},
    ],
)
def test_every_other_key_is_declared(changes: dict[str, Any]) -> None:
    assert declared() != declared(**changes)


def covered(cover: Any) -> str:
    articles = [{"title": "t", "content": "a.md", "cover": cover}]
    return declared_digest(CampaignFile.model_validate({**FILE, "mpnews": {"articles": articles}}))


def test_a_cover_may_be_written_in_two_ways() -> None:
    """And locks of before there was a second one still hold."""
    assert covered("a.jpg") == covered({"file": "a.jpg"})
    assert covered("a.jpg") != covered({"file": "a.jpg", "focus": [0.5, 0.5]})


def test_what_is_shown_of_a_cover_is_locked_where_it_is_decided() -> None:
    plain, cut = news(), replace(news(), message=RenderedNews((article(pic_crop_235_1="0_0.1_1_0.9"),)))
    assert plain.digest != cut.digest
    locked = lock_document(cut, "massctl 0.1.0")["message"]["articles"][0]
    assert ("0_0.1_1_0.9", False) == (locked["pic_crop_235_1"], "pic_crop_1_1" in locked)
    assert "pic_crop_235_1" not in lock_document(plain, "massctl 0.1.0")["message"]["articles"][0]


A, B = "sha256:" + sha("a"), "sha256:" + sha("b")
SOURCES = SourcesFile(
    format_version=1,
    digest=A,
    campaign=A,
    external_links="footnotes",
    usual_theme="brand",
    themes={"qingshan": A},
    templates={"campaigns/sale/main.md": A, "campaigns/_shared/macros.j2": A, "campaigns/sale/extra.j2": None},
    pictures={"campaigns/sale/hero.png": A},
)


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        ({}, []),
        ({"digest": B}, []),
        ({"campaign": B}, [("campaigns/sale/campaign.yaml", "campaign file campaigns/sale/campaign.yaml")]),
        ({"external_links": "keep"}, [("massctl.yaml", "external_links in massctl.yaml")]),
        ({"usual_theme": None}, [("massctl.yaml", "theme in massctl.yaml")]),
        ({"themes": {"qingshan": B}}, [(None, "the built-in theme qingshan")]),
        ({"themes": {"danmo": A}}, []),
        (
            {"templates": {"campaigns/sale/extra.j2": B}},
            [
                ("campaigns/_shared/macros.j2", "shared template campaigns/_shared/macros.j2"),
                ("campaigns/sale/extra.j2", "article file campaigns/sale/extra.j2"),
                ("campaigns/sale/main.md", "article file campaigns/sale/main.md"),
            ],
        ),
        (
            {"templates": {**SOURCES.templates, "campaigns/_shared/themes/brand.css": B}},
            [("campaigns/_shared/themes/brand.css", "theme campaigns/_shared/themes/brand.css")],
        ),
        (
            {"pictures": {"campaigns/sale/hero.png": B}},
            [("campaigns/sale/hero.png", "picture campaigns/sale/hero.png")],
        ),
    ],
)
def test_a_changed_source_is_named(update: dict[str, Any], expected: list[tuple[str | None, str]]) -> None:
    now = SOURCES.model_copy(update=update)
    assert expected == [(each.path, each.message) for each in changed_sources(SOURCES, now, "sale")]


def test_sources_are_written_as_they_are_read() -> None:
    assert SOURCES == SourcesFile.model_validate(json.loads(sources_text(SOURCES)))


def test_a_sound_that_was_edited_is_a_cause_and_stands_among_the_sources() -> None:
    path = "campaigns/sale/bell.mp3"
    locked = SOURCES.model_copy(update={"media": {path: "sha256:" + "1" * 64}})
    now = SOURCES.model_copy(update={"media": {path: "sha256:" + "2" * 64}})
    assert [(path, f"media file {path}")] == [(c.path, c.message) for c in changed_sources(locked, now, "sale")]
    assert [] == changed_sources(locked, locked, "sale")
    assert locked == SourcesFile.model_validate(json.loads(sources_text(locked)))
    assert "media" not in json.loads(sources_text(SOURCES))


def test_what_previews_of_a_coupon_need_may_change_without_another_lock() -> None:
    def digest(**card: str) -> str:
        base = {"version": 1, "account": "main", "audience": {"is_to_all": True}}
        return declared_digest(CampaignFile.model_validate({**base, "wxcard": {"card_id": "p", **card}}))

    assert digest() == digest(card_ext="one") == digest(card_ext="other")
    assert digest() != digest(card_id="q")
