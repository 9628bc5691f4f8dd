"""The lock as a document, and back."""

import json
from typing import Any

import pytest
from building import OPEN, article, audience, folder_of, news, picture, reviewers, sha, text
from copies import replace

from massctl.model.batches import OpenidList
from massctl.model.destination import Destination, DestinationKind
from massctl.model.ids import Sha256
from massctl.model.lock import (
    LockFile,
    lock_digest,
    lock_document,
    lock_text,
    path_from_lock,
    path_in_lock,
)
from massctl.model.message import NewsMessage, Purpose, RenderedCampaign, picture_name

SALE = news(
    "sale",
    article("一"),
    article("二", content="<p>二</p>"),
    window=OPEN,
    title="春季",
    recipients=reviewers("li"),
)
CAMPAIGNS = [
    SALE,
    news("bare"),
    news("cut", article(pic_crop_235_1="0_0.1_1_0.9", pic_crop_1_1="0_0_0.5_1")),
    text(
        "words",
        "今晚",
        audience=audience(tag_id=101, expect={"max": 9000}),
        send_ignore_reprint=True,
    ),
]


def read(campaign: RenderedCampaign) -> LockFile:
    return LockFile.model_validate(json.loads(lock_text(lock_document(campaign, "massctl 0.1.0"))))


def test_a_lock_names_a_list_of_openids() -> None:
    """By its digest and its count, and with no openid in it."""
    listed = replace(
        text("letter", audience=audience(openids="a.txt")),
        openid_list=OpenidList(sha("list"), 20_001),
    )
    document = lock_document(listed, "massctl 0.1.0")
    assert {"openids": "a.txt", "sha256": "sha256:" + sha("list"), "count": 20_001} == document[
        "audience"
    ]
    assert listed.digest == read(listed).digest


@pytest.mark.parametrize("campaign", CAMPAIGNS, ids=lambda each: each.name)
def test_the_digest_of_a_document_is_that_of_its_campaign(campaign: RenderedCampaign) -> None:
    document = lock_document(campaign, "massctl 0.1.0")
    assert campaign.digest == lock_digest(document) == document["digest"]


@pytest.mark.parametrize("key", ["digest", "renderer", "seen"])
def test_the_digest_leaves_out_who_rendered_it(key: str) -> None:
    assert SALE.digest == lock_digest({**lock_document(SALE, "massctl 0.1.0"), key: "another"})


def test_the_digest_leaves_out_where_pictures_come_from() -> None:
    moved = tuple(
        replace(each, path="campaigns/_shared/x.png", source_sha256=sha("x"))
        for each in SALE.pictures
    )
    assert SALE.digest == replace(SALE, pictures=moved, account="other").digest


@pytest.mark.parametrize(
    "key",
    ["campaign", "edition", "audience", "send", "message", "links", "destinations", "pictures"],
)
def test_the_digest_stands_for_everything_else(key: str) -> None:
    document = lock_document(SALE, "massctl 0.1.0")
    changed: Any = [] if key == "pictures" else {"changed": 1}
    assert SALE.digest != lock_digest({**document, key: changed})


def test_the_digest_stands_for_the_version_of_the_format() -> None:
    document = lock_document(SALE, "massctl 0.1.0")
    assert SALE.digest != lock_digest({**document, "format_version": 1})


def test_a_lock_names_what_qr_codes_say_beside_what_is_approved() -> None:
    scanned = tuple(replace(each, codes=("https://a.cn",)) for each in SALE.pictures[:1])
    campaign = replace(SALE, pictures=(*scanned, *SALE.pictures[1:]))
    document = lock_document(campaign, "massctl 0.1.0")
    assert [{"kind": "qr", "target": "https://a.cn", "at": "images/hero.png"}] == document["seen"]
    assert SALE.digest == campaign.digest
    assert [Destination(DestinationKind.QR, "https://a.cn", "images/hero.png")] == read(
        campaign
    ).seen


def test_addresses_from_the_ledger_are_approved_with_the_rest() -> None:
    linked = replace(SALE, links=(("autumn/1", "https://mp.weixin.qq.com/s/a"),))
    document = lock_document(linked, "massctl 0.1.0")
    assert {"autumn/1": "https://mp.weixin.qq.com/s/a"} == document["links"]
    assert SALE.digest != linked.digest == lock_digest(document)


def test_a_converted_picture_is_named_by_its_source_and_the_recipe() -> None:
    names = {
        picture_name(Sha256(sha(source)), recipe) for source in "ab" for recipe in ("png", "jpeg")
    }
    assert 4 == len(names)
    assert sha(f"{sha('a')}\0png") == picture_name(Sha256(sha("a")), "png")


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("campaigns/sale/images/hero.png", "images/hero.png"),
        ("campaigns/_shared/images/logo.png", "_shared/images/logo.png"),
        ("campaigns/sale/_shared/logo.png", "./_shared/logo.png"),
    ],
)
def test_a_picture_is_found_again_by_its_path(path: str, written: str) -> None:
    assert (written, path) == (
        path_in_lock(path, folder_of("sale")),
        "campaigns/" + path_from_lock(written, folder_of("sale")),
    )


def test_the_words_of_a_picture_are_those_of_the_contract() -> None:
    (cover, *_) = lock_document(news("sale", pictures=(picture("cover", Purpose.MATERIAL),)), "x")[
        "pictures"
    ]
    assert ["path", "source_sha256", "sha256", "bytes", "as"] == list(cover)


def test_what_is_shown_of_a_cover_is_locked_where_it_is_decided() -> None:
    plain, cut = (
        news(),
        replace(news(), message=NewsMessage((article(pic_crop_235_1="0_0.1_1_0.9"),))),
    )
    assert plain.digest != cut.digest
    locked = lock_document(cut, "massctl 0.1.0")["message"]["articles"][0]
    assert ("0_0.1_1_0.9", False) == (locked["pic_crop_235_1"], "pic_crop_1_1" in locked)
    assert "pic_crop_235_1" not in lock_document(plain, "massctl 0.1.0")["message"]["articles"][0]
