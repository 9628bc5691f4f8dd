"""A version is a lock and its bodies, and nothing is taken that does not have its digest."""

from typing import Any

import pytest
from building import article, news, text

from massctl.model.lock import checked_lock, checked_version, lock_document, version_of

SALE = news("sale", article("甲"), article("乙", content="<p>乙</p>"))
DOCUMENT = lock_document(SALE, "massctl 0.1.0")
BODIES = {each.content_sha256: each.content.encode() for each in SALE.message.articles}


def test_a_version_holds_the_bodies_in_their_order():
    version = version_of(SALE)
    assert SALE.digest == version.lock.digest
    assert [article().content, "<p>乙</p>"] == [each.content for each in version.message.articles]
    assert list(BODIES) == [each.content_sha256 for each in version.lock.message.articles]


def test_a_text_has_no_body():
    lock = version_of(text()).lock
    assert text().message == checked_version(lock, {}.get).message


def test_what_was_written_is_read():
    lock = checked_lock(DOCUMENT, SALE.digest)
    assert lock is not None
    found = checked_version(lock, BODIES.get)
    assert found is not None
    assert SALE.message.document == found.message.document
    assert [each.content for each in SALE.message.articles] == [
        each.content for each in found.message.articles
    ]


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        DOCUMENT | {"edition": 2},
        DOCUMENT | {"digest": "sha256:" + "0" * 64},
        DOCUMENT | {"more": 1},
        DOCUMENT | {"message": {"type": "text", "content": "别的"}},
    ],
)
def test_a_document_that_was_touched_is_none(document: Any):
    assert None is checked_lock(document, SALE.digest)


def test_a_document_of_another_name_is_none():
    assert None is checked_lock(DOCUMENT, text().digest)


@pytest.mark.parametrize("body", [None, b"", b"<p>other</p>"])
def test_a_version_without_one_of_its_bodies_is_none(body: bytes | None):
    lock = version_of(SALE).lock
    assert None is checked_version(lock, (BODIES | {next(iter(BODIES)): body}).get)
