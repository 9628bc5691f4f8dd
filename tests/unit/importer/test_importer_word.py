"""Word files that were made to hurt: what is too large, too deep or damaged is refused in words."""

import io
import zipfile
from collections.abc import Callable

import mammoth
import pytest
from document_samples import word

from massctl.importer import documents
from massctl.importer.documents import DocumentError, of_word

DOCUMENT = "word/document.xml"


def changed(
    change: Callable[[bytes], bytes],
    part: str = DOCUMENT,
    *,
    picture: bytes = b"a picture",
) -> bytes:
    """Write a Word file in which one part is another."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(word(picture))) as before,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            after.writestr(name, change(before.read(name)) if name == part else before.read(name))
    return out.getvalue()


def with_body(more: bytes) -> Callable[[bytes], bytes]:
    return lambda text: text.replace(b"<w:body>", b"<w:body>" + more)


@pytest.fixture
def unparsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where a file reaches the parser that builds a tree of it."""

    def parsed(*_: object, **__: object) -> None:
        raise AssertionError("the file was parsed")

    monkeypatch.setattr(mammoth, "convert_to_html", parsed)


def refusal(data: bytes) -> str:
    with pytest.raises(DocumentError) as caught:
        of_word(data, "letter")
    return str(caught.value.why)


def test_what_the_parts_say_that_they_hold_is_bounded_before_one_is_read(
    unparsed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "WORD_BYTES_MAX", 1_000_000)
    out = io.BytesIO(word(b""))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/unused.bin", bytes(50_000_000))
    assert "the file is larger than 1,000,000 bytes unpacked" == refusal(out.getvalue())


def test_a_part_with_more_than_it_says_is_no_word_file() -> None:
    data = changed(with_body(b" " * 5_000))
    there = data.rindex(b"PK\x01\x02", 0, data.rindex(DOCUMENT.encode())) + 24
    assert "this is not a Word file (.docx)" == refusal(
        data[:there] + (100).to_bytes(4, "little") + data[there + 4 :]
    )


def test_entities_are_not_made_large() -> None:
    declared = b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 10))
    head = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY e0 "haha">' + declared + b"]>"
    assert "this is not a Word file (.docx)" == refusal(changed(lambda _: head + b"<w>&e9;</w>"))


def test_a_plain_document_type_of_a_picture_is_none_of_our_business() -> None:
    found, _ = of_word(
        changed(lambda _: b'<!DOCTYPE svg PUBLIC "x" "y"><svg/>', "word/media/image1.png"), "letter"
    )
    assert "五月来信" == found.title


def test_elements_inside_each_other_are_refused_where_they_are_too_deep() -> None:
    deep = b"<w:tbl><w:tr><w:tc>" * 1_000 + b"<w:p/>" + b"</w:tc></w:tr></w:tbl>" * 1_000
    assert "the elements of the file are nested too deeply" == refusal(changed(with_body(deep)))


NO_WORD_FILES = {
    "nothing": b"",
    "an empty archive": b"PK\x05\x06" + bytes(18),
    "an end that is missing": changed(lambda text: text[:-9]),
    "a sign that XML does not have": changed(
        lambda text: text.replace(b"<w:body>", b"<w:body>\x00")
    ),
    "half a file": changed(lambda text: text)[:2000],
    "no document": changed(lambda text: text).replace(b"word/document.xml", b"word/document.xmx"),
}


@pytest.mark.parametrize("data", NO_WORD_FILES.values(), ids=NO_WORD_FILES)
def test_what_is_no_word_file_is_said_to_be_none(data: bytes) -> None:
    assert "this is not a Word file (.docx)" == refusal(data)


def test_a_picture_is_counted_each_time_that_it_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(io.BytesIO(word(b""))) as archive:
        text = archive.read(DOCUMENT)
    end = b"</w:drawing></w:r>"
    drawing = text[text.index(b"<w:r><w:drawing>") : text.index(end)] + end
    often = changed(with_body(b"<w:p>" + drawing * 50 + b"</w:p>"), picture=bytes(20_000))
    assert 51 == len(of_word(often, "letter")[1])
    monkeypatch.setattr(documents, "WORD_BYTES_MAX", 1_000_000)
    assert "the file is larger than 1,000,000 bytes unpacked" == refusal(often)
