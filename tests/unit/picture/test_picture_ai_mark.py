"""The mark of pictures that an AI made (GB 45438-2025) outlives every change of the bytes; C2PA's signature cannot."""

import json
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from picture_samples import EVERY_FORMAT, chunk, load, noise, oriented, save, scene, see_through
from PIL import Image

from massctl.model.diagnostics import Fault, FaultError
from massctl.picture.ai_mark import mark_packet
from massctl.picture.formats import Format, Metadata
from massctl.picture.limits import INLINE_BYTES_TARGET, MARK_BYTES_MAX, METADATA_BYTES_MAX
from massctl.picture.prepare import Prepared, prepare_cover, prepare_inline

MARK = {
    "Label": "1",
    "ContentProducer": "001191110102MACQD9K64018705",
    "ProduceID": "图<1>&\"'",
    "ReservedCode1": "",
    "ContentPropagator": "001191110102MACQD9K64018705",
    "PropagateID": "2",
    "ReservedCode2": "",
}
VALUE = json.dumps(MARK, ensure_ascii=False)
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
TC260 = 'xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/"'
CAMERA = 'xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="39,54.5N"'


def xmp(inside: str = "", attributes: str = "") -> bytes:
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF {RDF}><rdf:Description rdf:about="" {TC260} {attributes}>{inside}</rdf:Description></rdf:RDF>'
        '</x:xmpmeta>\n  \n<?xpacket end="w"?>'
    ).encode()


def element(value: str = VALUE) -> bytes:
    return xmp(f"<TC260:AIGC>{escape(value)}</TC260:AIGC>")


def comment(text: bytes, code: bytes = b"ASCII\0\0\0", order: str = "<") -> bytes:
    """Write EXIF whose UserComment is a text, as two of the drafts of the standard had it."""
    value = code + text
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8)
    first = struct.pack(f"{order}HHHII", 1, 0x8769, 4, 1, 26) + bytes(4)
    second = struct.pack(f"{order}HHHII", 1, 0x9286, 7, len(value), 44) + bytes(4)
    return head + first + second + value


def segment(content: bytes, marker: int = 0xE1) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def jpeg(*contents: bytes, of: bytes = EVERY_FORMAT["jpeg"]) -> bytes:
    """Put segments behind the header of a JPEG."""
    at = 4 + int.from_bytes(of[4:6], "big")
    return of[:at] + b"".join(segment(each) for each in contents) + of[at:]


def in_xmp(packet: bytes) -> bytes:
    return b"http://ns.adobe.com/xap/1.0/\0" + packet


def in_exif(exif: bytes) -> bytes:
    return b"Exif\0\0" + exif


def png(*chunks: bytes, of: bytes | None = None) -> bytes:
    """Put chunks before the pixels of a PNG, of a photograph unless said."""
    data = of or save(noise(500, 450), "PNG")
    at = data.index(b"IDAT") - 4
    return data[:at] + b"".join(chunks) + data[at:]


def text(keyword: bytes, content: bytes) -> bytes:
    return chunk(b"tEXt", keyword + b"\0" + content)


def itxt(keyword: bytes, content: bytes, *, packed: bool = False) -> bytes:
    flags = b"\1\0" if packed else b"\0\0"
    return chunk(
        b"iTXt", keyword + b"\0" + flags + b"\0\0" + (zlib.compress(content) if packed else content)
    )


def webp(packet: bytes = b"", exif: bytes = b"", image: Image.Image | None = None) -> bytes:
    return save(image or scene(), "WEBP", xmp=packet, exif=exif)


def marked(data: bytes) -> str | None:
    """Read the mark as somebody else would."""
    packet = load(data).info.get("xmp")
    if packet is None:
        return None
    (found,) = ElementTree.fromstring(packet).iter("{http://www.tc260.org.cn/ns/AIGC/1.0/}AIGC")
    return found.text


def prepared(data: bytes, way: Callable[[bytes], Prepared | Fault] = prepare_inline) -> Prepared:
    found = way(data)
    assert isinstance(found, Prepared), found
    return found


XMP_KEYWORD = b"XML:com.adobe.xmp"
SOURCES: dict[str, bytes] = {
    "webp": webp(element()),
    "webp with alpha": webp(element(), image=see_through(scene())),
    "webp, deep": webp(
        xmp("<a>" * 9_000 + f"<TC260:AIGC>{escape(VALUE)}</TC260:AIGC>" + "</a>" * 9_000)
    ),
    "webp, in exif": webp(exif=comment(json.dumps({"AIGC": MARK}).encode())),
    "png": png(itxt(XMP_KEYWORD, element())),
    "png, packed": png(itxt(XMP_KEYWORD, element(), packed=True)),
    "png, behind its pixels": save(noise(500, 450), "PNG")[:-12]
    + itxt(XMP_KEYWORD, element())
    + chunk(b"IEND", b""),
    "png, as text": png(text(b"AIGC", VALUE.encode())),
    "png, as text around it": png(text(b"AIGC", json.dumps({"AIGC": MARK}).encode())),
    "png, as packed text": png(chunk(b"zTXt", b"AIGC\0\0" + zlib.compress(VALUE.encode()))),
    "png, as international text": png(itxt(b"AIGC", VALUE.encode())),
    "png, in exif": png(chunk(b"eXIf", comment(json.dumps({"AIGC": MARK}).encode()))),
    "png, twice the same": png(
        itxt(XMP_KEYWORD, element()), text(b"AIGC", json.dumps({"AIGC": MARK}).encode())
    ),
    "turned jpeg": jpeg(in_xmp(element()), of=save(scene(), "JPEG", exif=oriented(6))),
    "jpeg of a camera": jpeg(in_xmp(element()), of=save(scene(), "JPEG", exif=oriented(1))),
    "jpeg, an attribute": jpeg(
        in_exif(b"II*\0"), in_xmp(xmp(attributes=f"TC260:AIGC={quoteattr(VALUE)}"))
    ),
    "jpeg, an undeclared prefix": jpeg(
        in_exif(b"II*\0"), in_xmp(element().replace(b"xmlns:TC260", b"xmlns:C260"))
    ),
    "jpeg, behind other xmp": jpeg(
        in_exif(b"II*\0"), in_xmp(xmp("<dc:title>AIGC</dc:title>")), in_xmp(element())
    ),
    "jpeg, in alternatives": jpeg(
        in_exif(b"II*\0"),
        in_xmp(
            xmp(f"<TC260:AIGC><rdf:Alt><rdf:li>{escape(VALUE)}</rdf:li></rdf:Alt></TC260:AIGC>")
        ),
    ),
    "jpeg, with a place": jpeg(in_xmp(xmp(f"<TC260:AIGC>{escape(VALUE)}</TC260:AIGC>", CAMERA))),
    "jpeg, in exif": jpeg(in_exif(comment(VALUE.encode()))),
    "jpeg, in exif from the left": jpeg(
        in_exif(comment(json.dumps({"AIGC": MARK}).encode(), order=">"))
    ),
    "jpeg, in exif, wide": jpeg(in_exif(comment(VALUE.encode("utf-16-be"), b"UNICODE\0"))),
    "jpeg, in exif, wide and turned": jpeg(
        in_exif(comment(VALUE.encode("utf-16-le"), b"UNICODE\0"))
    ),
    "jpeg, in exif without a code": jpeg(in_exif(comment(VALUE.encode(), bytes(8)))),
}


@pytest.mark.parametrize("name", SOURCES)
def test_the_mark_is_written_anew_where_the_bytes_change(name: str) -> None:
    source = SOURCES[name]
    found = prepared(source)
    assert (True, MARK) == (found.data != source, json.loads(marked(found.data) or "null"))
    assert str(found.note).endswith("; the AI mark was kept"), found.note


def test_a_cover_keeps_it_too() -> None:
    found = prepared(SOURCES["webp"], prepare_cover)
    assert (Format.JPEG, MARK) == (found.format, json.loads(marked(found.data) or "null"))


@pytest.mark.parametrize("name", SOURCES)
def test_preparing_twice_changes_nothing_more(name: str) -> None:
    once = prepared(SOURCES[name])
    again = prepared(once.data)
    assert (once.data, None) == (again.data, again.note)


@pytest.mark.parametrize(
    "name",
    [
        each
        for each, data in SOURCES.items()
        if data.startswith(b"\xff\xd8") and each != "turned jpeg"
    ],
)
def test_pixels_of_a_jpeg_that_only_loses_its_camera_stay(name: str) -> None:
    found = prepared(SOURCES[name])
    assert load(SOURCES[name]).tobytes() == load(found.data).tobytes()
    assert "removed the camera's metadata" in str(found.note)
    assert (False, False) == (b"GPSLatitude" in found.data, b"Exif" in found.data)


def test_what_is_no_json_is_kept_as_it_is_written() -> None:
    """A sloppy producer's mark is a mark."""
    value = "{'Label': '1', 'ContentProducer': 'x'}"
    assert value == marked(prepared(webp(element(value))).data)


@pytest.mark.parametrize(
    "data",
    [
        jpeg(in_xmp(element())),
        jpeg(in_xmp(element().replace(b"</x:xmpmeta>", b""))),
        png(itxt(XMP_KEYWORD, element()), of=EVERY_FORMAT["png"]),
        png(text(b"AIGC", VALUE.encode()), of=EVERY_FORMAT["png"]),
    ],
    ids=["jpeg", "jpeg that cannot be read", "png", "png as text"],
)
def test_marked_pictures_that_pass_stay_byte_for_byte(data: bytes) -> None:
    found = prepared(data)
    assert (data, None, False) == (found.data, found.note, found.lost_c2pa)


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        xmp(),
        xmp("<TC260:AIGC/>"),
        xmp("<dc:title>AIGC</dc:title>"),
        xmp(attributes='TC260:AIGC=" "'),
        b"<unclosed",
        b"\0" * 9,
    ],
)
def test_without_a_mark_none_is_written(packet: bytes) -> None:
    found = prepared(webp(packet))
    assert (None, False) == (load(found.data).info.get("xmp"), "AI mark" in str(found.note))


def test_a_comment_of_a_camera_is_no_mark() -> None:
    for words in (b"AIGC 2026", b'{"shutter": 1}', b"[1]", b"1", b'{"Label": "1"'):
        found = prepared(jpeg(in_exif(comment(words))))
        assert None is load(found.data).info.get("xmp")


REFUSED: dict[str, bytes] = {
    "not well-formed": webp(element().replace(b"</x:xmpmeta>", b"")),
    "a document type": webp(b"<!DOCTYPE x>" + element()),
    "a bomb": webp(
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
        + element("&b;").replace(b"&amp;", b"&")
    ),
    "an external entity": webp(
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + element()
    ),
    "of parts": webp(
        xmp(
            "<TC260:AIGC><TC260:Label>1</TC260:Label><TC260:ProduceID>2</TC260:ProduceID></TC260:AIGC>"
        )
    ),
    "two of them": webp(xmp("<TC260:AIGC>{}</TC260:AIGC><TC260:AIGC>[]</TC260:AIGC>")),
    "two places": png(
        itxt(XMP_KEYWORD, element()), text(b"AIGC", VALUE.replace("2", "3").encode())
    ),
    "a control sign": png(text(b"AIGC", b'{"Label": "\x01"}')),
    "too long": webp(element(VALUE + "x" * MARK_BYTES_MAX)),
    "a packet too long": webp(element() + b" " * METADATA_BYTES_MAX),
    "a packed bomb": png(itxt(XMP_KEYWORD, bytes(METADATA_BYTES_MAX + 1), packed=True)),
    "packed and broken": png(chunk(b"zTXt", b"AIGC\0\0hello")),
    "cut": png(chunk(b"iTXt", b"AIGC\0\0")),
    "a comment that is cut": jpeg(in_exif(comment(b'{"AIGC": {"Label": "1"'))),
    "a piece of xmp": jpeg(
        in_exif(b"II*\0"), b"http://ns.adobe.com/xmp/extension/\0" + bytes(40) + element()[:-99]
    ),
}


@pytest.mark.parametrize("depth", [300, 490, 900, 990, 5_000])
@pytest.mark.parametrize("twice", [False, True])
def test_a_mark_of_any_depth_has_an_answer(depth: int, twice: bool) -> None:
    deep = b'{"AIGC":' * depth + b"{}" + b"}" * depth
    texts = [(b"tEXt", b"AIGC\0" + each) for each in (deep, deep + b" ")]
    with suppress(FaultError):
        assert b"TC260:AIGC" in mark_packet(Metadata(texts=tuple(texts if twice else texts[:1])))


@pytest.mark.parametrize("name", REFUSED)
def test_a_mark_that_cannot_be_carried_over_refuses_the_picture(name: str) -> None:
    fault = prepare_inline(REFUSED[name])
    assert isinstance(fault, Fault), fault
    assert ("MC219", True) == (fault.code, "AI mark" in fault.message)


def test_the_mark_counts_into_the_size() -> None:
    value = json.dumps({**MARK, "ReservedCode1": "x" * (MARK_BYTES_MAX - 1_000)})
    found = prepared(webp(element(value), image=noise(1354, 1000)))
    assert (True, value) == (len(found.data) <= INLINE_BYTES_TARGET, marked(found.data))


@pytest.mark.parametrize(
    "image",
    [Image.new("RGB", (64, 48), "red"), see_through(scene())],
    ids=["few colours", "transparent"],
)
def test_a_drawing_keeps_it_as_png(image: Image.Image) -> None:
    found = prepared(png(itxt(XMP_KEYWORD, element()), of=save(image, "PNG", exif=oriented(6))))
    assert (Format.PNG, MARK) == (found.format, json.loads(marked(found.data) or "null"))
    assert load(found.data).convert("RGBA").size == (48, 64)


# C2PA


JUMBF = (
    struct.pack(">I", 40)
    + b"jumb"
    + struct.pack(">I", 32)
    + b"jumdc2pa\0\x11\0\x10\x80\0\0\xaa\08\x9bqc2pa\0"
)
APP11 = segment(b"JP\0\1\0\0\0\1" + JUMBF, 0xEB)


def signed_jpeg(data: bytes = EVERY_FORMAT["jpeg"]) -> bytes:
    return data[:2] + APP11 + data[2:]


def signed_webp() -> bytes:
    data = webp(element()) + b"C2PA" + struct.pack("<I", len(JUMBF)) + JUMBF + bytes(len(JUMBF) % 2)
    return data[:4] + struct.pack("<I", len(data) - 8) + data[8:]


@pytest.mark.parametrize(
    "data",
    [
        signed_jpeg(),
        signed_jpeg(jpeg(in_xmp(element()))),
        png(chunk(b"caBX", JUMBF), of=EVERY_FORMAT["png"]),
    ],
    ids=["jpeg", "marked jpeg", "png"],
)
def test_a_signed_picture_that_passes_stays_byte_for_byte(data: bytes) -> None:
    found = prepared(data)
    assert (data, None, False) == (found.data, found.note, found.lost_c2pa)


@pytest.mark.parametrize(
    "data",
    [
        signed_jpeg(save(scene(), "JPEG", exif=oriented(6))),
        signed_jpeg(save(scene(), "JPEG", exif=oriented(1))),
        signed_jpeg(jpeg(in_xmp(xmp(attributes=CAMERA)))),
        png(chunk(b"caBX", JUMBF)),
        signed_webp(),
    ],
    ids=["turned jpeg", "jpeg of a camera", "jpeg with a place", "heavy png", "webp"],
)
def test_a_signed_picture_that_changes_says_what_it_loses(data: bytes) -> None:
    found = prepared(data)
    assert (True, False) == (found.lost_c2pa, b"jumb" in found.data)


@pytest.mark.parametrize("name", EVERY_FORMAT)
def test_an_unsigned_picture_loses_no_signature(name: str) -> None:
    assert not prepared(EVERY_FORMAT[name]).lost_c2pa


# What is told


def test_only_a_camera_writes_a_cameras_metadata() -> None:
    notes = [
        str(prepared(jpeg(each)).note)
        for each in (in_exif(b"II*\0"), in_xmp(xmp(attributes=CAMERA)))
    ]
    notes.append(
        str(
            prepared(
                EVERY_FORMAT["jpeg"][:2]
                + segment(b"made with love", 0xFE)
                + EVERY_FORMAT["jpeg"][2:]
            ).note
        )
    )
    notes.append(str(prepared(jpeg(in_xmp(xmp().replace(TC260.encode(), b"")))).note))
    said = [each.partition(",")[0] for each in notes]
    assert ["removed the camera's metadata"] * 2 + [
        "removed what an editor wrote beside the pixels"
    ] * 2 == said


# Whatever comes in


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_mutated_metadata_never_raises(draw: st.DataObject) -> None:
    for source in (element(), comment(VALUE.encode()), VALUE.encode()):
        mutated = bytearray(source)
        for _ in range(draw.draw(st.integers(1, 4))):
            mutated[draw.draw(st.integers(0, len(source) - 1))] = draw.draw(st.integers(0, 255))
        cut = bytes(mutated)[: draw.draw(st.integers(0, len(source)))]
        held = draw.draw(st.sampled_from([b"tEXt", b"zTXt", b"iTXt"])), b"AIGC\0\0\0" + cut
        for metadata in (
            Metadata(xmp=(cut,)),
            Metadata(cut, True),
            Metadata(texts=(held,)),
            Metadata(packed_xmp=(held,)),
        ):
            with suppress(FaultError):
                packet = mark_packet(metadata)
                assert packet == b"" or ElementTree.fromstring(packet) is not None
