"""How much of a Word file is read before anything holds it whole: bytes, elements, levels, and what it declares."""

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
    packing: int = zipfile.ZIP_DEFLATED,
    picture: bytes = b"a picture",
) -> bytes:
    """Write a Word file in which one part is another."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word(picture))) as before, zipfile.ZipFile(out, "w", packing) as after:
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


@pytest.mark.parametrize("part", [DOCUMENT, "word/styles.xml", "word/media/image1.png", "docProps/core.xml"])
@pytest.mark.usefixtures("unparsed")
def test_the_elements_of_all_parts_are_counted_before_one_is_parsed(part: str) -> None:
    """Any part may be the document of another: what it is called says nothing."""
    many = b"<w>" + b"<p/>" * documents.WORD_ELEMENTS_MAX + b"</w>"
    data = changed(lambda _: many, part)
    assert len(data) < 10_000
    assert "the file has more than 100,000 XML elements" == refusal(data)


@pytest.mark.usefixtures("unparsed")
def test_elements_before_a_fault_of_the_xml_count_too() -> None:
    assert "XML elements" in refusal(changed(lambda _: b"<w>" + b"<p/>" * documents.WORD_ELEMENTS_MAX + b"</q>"))


@pytest.mark.usefixtures("unparsed")
def test_parts_that_are_small_each_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "WORD_ELEMENTS_MAX", 60)
    assert "the file has more than 60 XML elements" == refusal(word(b""))


@pytest.mark.usefixtures("unparsed")
def test_text_without_elements_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    text = b"<w:p><w:r><w:t>" + b"x" * documents.WORD_XML_BYTES_MAX + b"</w:t></w:r></w:p>"
    assert "the text of the file is larger than 16,777,216 bytes unpacked" == refusal(changed(with_body(text)))


@pytest.mark.parametrize("part", ["word/media/image1.png", "word/media/unused.bin"])
@pytest.mark.usefixtures("unparsed")
def test_bytes_are_counted_as_they_come_out(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    monkeypatch.setattr(documents, "WORD_BYTES_MAX", 1_000_000)
    read: list[int] = []
    begun = zipfile.ZipExtFile.read

    def counted(self: zipfile.ZipExtFile, n: int = -1) -> bytes:
        read.append(len(piece := begun(self, n)))
        return piece

    monkeypatch.setattr(zipfile.ZipExtFile, "read", counted)
    out = io.BytesIO(word(b""))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(part.replace("image1", "image2"), bytes(50_000_000))
    assert "the file is larger than 1,000,000 bytes unpacked" == refusal(out.getvalue())
    assert (sum(read) < 1_100_000, max(read) <= 65_536) == (True, True)


DECLARED = b"""<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>"""
DEFAULTS = b"""<?xml version="1.0"?><!DOCTYPE w [<!ATTLIST p a CDATA "1" b CDATA "2">]>"""


@pytest.mark.parametrize("head", [DECLARED, DEFAULTS])
@pytest.mark.parametrize("part", [DOCUMENT, "word/media/image1.png"])
@pytest.mark.usefixtures("unparsed")
def test_what_declares_entities_or_attributes_is_refused(head: bytes, part: str) -> None:
    data = changed(lambda _: head + b"<w>&b;</w>", part)
    assert f"{part} declares entities or attributes, which no Word file does" == refusal(data)


def test_a_plain_document_type_of_a_picture_is_none_of_our_business() -> None:
    found, _ = of_word(changed(lambda _: b'<!DOCTYPE svg PUBLIC "x" "y"><svg/>', "word/media/image1.png"), "letter")
    assert "五月来信" == found.title


@pytest.mark.usefixtures("unparsed")
def test_elements_inside_each_other_are_bounded() -> None:
    deep = b"<w:tbl><w:tr><w:tc>" * 100 + b"<w:p/>" + b"</w:tc></w:tr></w:tbl>" * 100
    assert "the file has elements nested more than 100 levels deep" == refusal(changed(with_body(deep)))


NO_WORD_FILES = {
    "nothing": b"",
    "an empty archive": b"PK\x05\x06" + bytes(18),
    "an end that is missing": changed(lambda text: text[:-9]),
    "a sign that XML does not have": changed(lambda text: text.replace(b"<w:body>", b"<w:body>\x00")),
    "another packing": changed(lambda text: text, packing=zipfile.ZIP_BZIP2),
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
