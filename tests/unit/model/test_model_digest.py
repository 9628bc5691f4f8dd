"""Digests: what they stand for, and what leaves them alone."""

import hashlib

import pytest
from building import NOW, OPEN, OTHER_APPID, article, audience, news, picture, reviewers, sha, text
from copies import replace
from hypothesis import given
from hypothesis import strategies as st

from massctl.model.ids import AccountName, CampaignName, canonical_json, digest_of
from massctl.model.message import NewsMessage, Purpose, TextMessage, Window


def canonical_name(written: str) -> str:
    return "sha256:" + hashlib.sha256(written.encode()).hexdigest()


def test_canonical_json_sorts_keys_leaves_no_blanks_and_keeps_chinese_raw():
    assert '{"a":[1,null,true],"乙":"价 \\"低\\"","价":"€"}' == canonical_json(
        {"价": "€", "乙": '价 "低"', "a": [1, None, True]}
    )


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_json_cannot_say_has_no_name(number):
    with pytest.raises(ValueError, match="Out of range"):
        digest_of(number)


@given(st.dictionaries(st.text(), st.integers() | st.text() | st.none()))
def test_the_order_of_keys_does_not_matter(value):
    assert digest_of(value) == digest_of(dict(reversed(value.items())))


def test_the_digest_of_news_is_that_of_the_lock_document_written_by_hand():
    body = "<p>你好</p>"
    campaign = news(
        "2026-12-spring-sale",
        edition=2,
        audience=audience(tag_id=101, expect={"max": 9000}),
        window=Window(NOW, NOW.replace(hour=5)),
        send_ignore_reprint=True,
        message=NewsMessage(
            (article("春季大促", content=body, content_source_url="https://example.com/sale"),)
        ),
        pictures=(picture("hero"), picture("cover", Purpose.MATERIAL, 7)),
    )
    written = (
        '{"account":{"appid":"wx0123456789abcdef"},"audience":{"expect":{"max":9000},"tag_id":101},'
        '"campaign":"2026-12-spring-sale","destinations":[{"at":"article 1","kind":"read_more","label":"",'
        '"target":"https://example.com/sale"}],"edition":2,"format_version":2,"links":{},"message":{"articles":[{"author":"编辑部",'
        f'"content_chars":9,"content_sha256":"sha256:{sha(body)}","content_source_url":"https://example.com/sale",'
        f'"cover":"sha256:{sha("cover")}","digest":"三天，错过等一年","need_open_comment":true,'
        '"only_fans_can_comment":false,"title":"春季大促"}],"type":"mpnews"},'
        f'"pictures":[{{"as":"image","bytes":90210,"sha256":"sha256:{sha("hero")}"}},'
        f'{{"as":"material","bytes":7,"sha256":"sha256:{sha("cover")}"}}],'
        '"send":{"not_after":"2026-12-01T05:00:00+00:00","not_before":"2026-12-01T04:00:00+00:00",'
        '"send_ignore_reprint":true}}'
    )
    assert canonical_name(written) == campaign.digest


def test_the_digest_of_a_text_without_a_window_is_that_of_the_lock_document_written_by_hand():
    written = (
        '{"account":{"appid":"wx0123456789abcdef"},"audience":{"is_to_all":true},"campaign":"words","destinations":[],"edition":1,'
        '"format_version":2,"links":{},"message":{"content":"今晚八点","type":"text"},"pictures":[],'
        '"send":{"not_after":null,"not_before":null,"send_ignore_reprint":false}}'
    )
    assert canonical_name(written) == text().digest


APPROVED = {
    "name": CampaignName("other"),
    "edition": 2,
    "appid": OTHER_APPID,
    "audience": audience(tag_id=7),
    "window": OPEN,
    "send_ignore_reprint": True,
    "message": NewsMessage((article("另一个标题"),)),
    "pictures": (),
}
NOT_APPROVED = {
    "title": "给人看的标题",
    "account": AccountName("renamed"),
    "same_content_allowed": True,
    "over_limit_allowed": True,
    "recipients": reviewers("editor_li"),
    "source_sha256": sha("another folder"),
}


@pytest.mark.parametrize("field", APPROVED)
def test_the_digest_changes_with_everything_a_reviewer_approves(field):
    assert news().digest != replace(news(), **{field: APPROVED[field]}).digest


@pytest.mark.parametrize("field", NOT_APPROVED)
def test_the_digest_does_not_change_with_anything_else(field):
    assert news().digest == replace(news(), **{field: NOT_APPROVED[field]}).digest


def test_the_digest_does_not_change_with_where_a_picture_was_found():
    moved = replace(
        picture(),
        path="campaigns/_shared/a.jpg",
        source_sha256=sha("before conversion"),
        note="scaled",
    )
    assert news(pictures=(picture(),)).digest == news(pictures=(moved,)).digest


@pytest.mark.parametrize(
    "changed",
    [
        article("春季大促!"), article(author=""), article(digest=""), article(content="<p>你好</p>"),
        article(cover=sha("another")), article(content_source_url="https://example.com"),
        article(need_open_comment=False), article(only_fans_can_comment=True),
    ],
)  # fmt: skip
def test_the_digest_changes_with_every_field_of_an_article(changed):
    assert news("sale", article()).digest != news("sale", changed).digest


def test_same_content_looks_at_message_audience_and_account_alone():
    other = text(
        "another-name",
        edition=3,
        window=OPEN,
        audience=audience(expect={"min": 1}),
        recipients=reviewers("li"),
    )
    assert text().message_digest == other.message_digest


@pytest.mark.parametrize(
    "changes",
    [
        {"audience": audience(tag_id=1)},
        {"appid": OTHER_APPID},
        {"message": TextMessage("明晚八点")},
    ],
)
def test_same_content_changes_with_message_audience_and_account(changes):
    assert text().message_digest != text(**changes).message_digest
