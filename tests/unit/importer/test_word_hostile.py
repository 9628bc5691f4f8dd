"""Word files that were made to hurt: what is too large, too deep or damaged is refused in words."""

import io
import zipfile
from collections.abc import Callable

import pytest
from document_samples import word
from lxml import etree

from massctl.importer.documents import DocumentError
from massctl.importer.word import package
from massctl.importer.word.file import article
from massctl.importer.word.package import open_package

DOCUMENT = "word/document.xml"
NOTHING = {"revisions": "", "hidden": "", "comments": ""}


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

    monkeypatch.setattr(etree, "fromstring", parsed)


def refusal(data: bytes) -> str:
    with pytest.raises(DocumentError) as caught:
        article(data, "letter", NOTHING)
    return str(caught.value.why)


def test_what_the_parts_say_that_they_hold_is_bounded_before_one_is_read(
    unparsed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package, "WORD_BYTES_MAX", 1_000_000)
    out = io.BytesIO(word(b""))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/unused.bin", bytes(50_000_000))
    assert "the file is larger than 1,000,000 bytes unpacked" == refusal(out.getvalue())


def test_a_part_with_more_than_it_says_is_damaged() -> None:
    data = changed(with_body(b" " * 5_000))
    there = data.rindex(b"PK\x01\x02", 0, data.rindex(DOCUMENT.encode())) + 24
    assert "part word/document.xml is damaged" == refusal(
        data[:there] + (100).to_bytes(4, "little") + data[there + 4 :]
    )


def test_entities_are_not_made_large() -> None:
    declared = b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 10))
    head = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY e0 "haha">' + declared + b"]>"
    said = refusal(changed(lambda _: head + b"<w>&e9;</w>"))
    assert "part word/document.xml declares a document type, as Word never does" == said


def test_a_file_elsewhere_is_not_read() -> None:
    head = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    assert "declares a document type" in refusal(changed(lambda _: head + b"<w>&e;</w>"))


def test_elements_inside_each_other_are_refused_where_they_are_too_deep() -> None:
    deep = b"<w:tbl><w:tr><w:tc>" * 1_000 + b"<w:p/>" + b"</w:tc></w:tr></w:tbl>" * 1_000
    assert "the elements of the file are nested too deeply" == refusal(changed(with_body(deep)))


def test_a_part_and_the_number_of_parts_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "PARTS_MAX", 5)
    assert "the file has more than 5 parts" == refusal(word(b""))
    monkeypatch.undo()
    monkeypatch.setattr(package, "XML_BYTES_MAX", 900)
    assert "part word/document.xml is larger than 900 bytes" == refusal(word(b""))


OLE = bytes.fromhex("d0cf11e0a1b11ae1")
NO_WORD_FILES = {
    "nothing": (b"", "this is not a Word file (.docx)"),
    "a text": (b"hello", "this is not a Word file (.docx)"),
    "an empty archive": (b"PK\x05\x06" + bytes(18), "this is not a Word file (.docx)"),
    "half a file": (changed(lambda text: text)[:2000], "this is not a Word file (.docx)"),
    "no document": (
        changed(lambda text: text).replace(b"word/document.xml", b"word/document.xmx"),
        "this is not a Word file (.docx)",
    ),
    "an end that is missing": (
        changed(lambda text: text[:-9]),
        "part word/document.xml is not XML: line 4",
    ),
    "a sign that XML does not have": (
        changed(lambda text: text.replace(b"<w:body>", b"<w:body>\x00")),
        "part word/document.xml is not XML: line 1",
    ),
    "an old file": (
        OLE + bytes(600),
        "this is a file of Word 97 (.doc), or another that is not .docx",
    ),
    "a password": (
        OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        "the file is protected by a password",
    ),
}


@pytest.mark.parametrize(("data", "says"), NO_WORD_FILES.values(), ids=NO_WORD_FILES)
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(data: bytes, says: str) -> None:
    assert says == refusal(data)


def test_the_strict_form_of_the_standard_is_read_too() -> None:
    strict = changed(
        lambda text: text.replace(
            b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
            b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        )
    )
    assert "五月来信" == article(strict, "letter", NOTHING)[0].title


def test_a_relation_leads_to_no_file_of_this_machine() -> None:
    data = changed(
        lambda text: text.replace(b'Target="media/image1.png"', b'Target="../../../etc/passwd"'),
        "word/_rels/document.xml.rels",
    )
    found, pictures = article(data, "letter", NOTHING)
    assert ({}, True) == (pictures, any("passwd" in each for each in found.lost))
    assert open_package(data).related(DOCUMENT)["rId9"].target == "../../etc/passwd"
