"""The mark of a picture that an AI made (GB 45438-2025): find it wherever producers write it, and write it again.

The mark is a JSON object in the XMP property `TC260:AIGC`. Some write it into a PNG's text `AIGC`, or, alone or as
`{"AIGC": …}`, into EXIF's UserComment, as drafts of the standard had it. Removing it is forbidden, so a mark that
cannot be carried over refuses the picture. Sources: GB 45438-2025, annex E; TC260-PG-20258A; files of Doubao and of
other producers, as tools that read them describe them, 2026-12.
"""

import json
import re
import zlib
from collections.abc import Iterator, Mapping
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

from msgspec import Struct, field

from massctl.model.diagnostics import Fault, FaultError
from massctl.model.phrase import Phrase
from massctl.picture.formats import Metadata, tiff_entries
from massctl.picture.limits import MARK_BYTES_MAX, METADATA_BYTES_MAX

_NAME = "AIGC"
"""The property's local name; its prefix is TC260, but some declare another one."""
_NAMED = (b"AIGC", b"A\0I\0G\0C")
_FIELDS = frozenset({"ContentProducer", "ProduceID", "ContentPropagator", "PropagateID"})
"""What a JSON object has that is a mark although nothing names it so."""
_CAMERA = (b"http://ns.adobe.com/exif/1.0/", b"http://ns.adobe.com/tiff/1.0/")
"""Namespaces of XMP that tell place, time and device."""
_EXIF_DIRECTORY = 0x8769
_USER_COMMENT = 0x9286
_CODE_BYTES = 8
"""At the beginning of a UserComment, its character code: `ASCII`, `UNICODE`, or zeros."""
BRACKETS_MAX = 100
"""A mark is one object of texts. Deep ones would exhaust the stack."""
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    'xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/"><TC260:AIGC>{value}</TC260:AIGC></rdf:Description></rdf:RDF>'
    '</x:xmpmeta><?xpacket end="r"?>'
)


def is_marked(metadata: Metadata) -> bool:
    """Return whether a picture seems to have the mark outside of its EXIF; nothing is parsed."""
    return bool(metadata.texts) or any(_is_named(packet) for packet in metadata.xmp)


def tells_of_camera(metadata: Metadata) -> bool:
    """Return whether a picture's metadata may contain place, time or device."""
    return metadata.has_exif or any(name in packet for packet in metadata.xmp for name in _CAMERA)


def mark_packet(metadata: Metadata) -> bytes:
    """Return XMP with only a picture's mark, empty without one. Raises FaultError if that is impossible."""
    found = list(_marks(metadata))
    if not found:
        return b""
    if any(_meaning(each) != _meaning(found[0]) for each in found):
        raise _lost(Phrase("there are two, which differ"))
    if _NOT_XML.search(found[0]):
        raise _lost(Phrase("it has characters that XML cannot hold"))
    value = escape(found[0])
    if len(value.encode()) > MARK_BYTES_MAX:
        raise _lost(Phrase("it has more than {bytes} bytes", bytes=MARK_BYTES_MAX))
    return _PACKET.replace("{value}", value).encode()


def _lost(why: Phrase) -> FaultError:
    return FaultError(
        Fault(
            "MC219",
            Phrase(
                "its AI mark (TC260:AIGC), which must not be removed, cannot be kept: {why}",
                why=why,
            ),
            Phrase(
                "let the tool that made the picture write the mark again, or save a JPEG or PNG that passes unchanged"
            ),
        )
    )


def _marks(metadata: Metadata) -> Iterator[str]:
    """Find every mark that says something, in the order in which they count."""
    packets = [*metadata.xmp, *(_text(kind, content) for kind, content in metadata.packed_xmp)]
    texts = [
        value for packet in packets if _is_named(packet) for value in _Properties().read(packet)
    ]
    texts += [_decoded(_text(kind, content)) for kind, content in metadata.texts]
    comment = _user_comment(metadata.exif)
    if _is_mark(comment):
        texts.append(comment)
    yield from (_unwrapped(text) for each in texts if (text := each.strip()))


def _is_named(packet: bytes) -> bool:
    return any(name in packet for name in _NAMED)


def _as_object(text: str) -> Mapping[str, Any] | None:
    if text.count("{") + text.count("[") > BRACKETS_MAX:
        return None
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _meaning(text: str) -> object:
    """Return what two marks are compared by: the object, however it is written."""
    found = _as_object(text)
    return text if found is None else found


def _unwrapped(text: str) -> str:
    """Take off `{"AIGC": …}`, which is around a mark that stands elsewhere than in its property."""
    inner = (_as_object(text) or {}).get(_NAME)
    return json.dumps(inner) if isinstance(inner, dict) else text


def _is_mark(comment: str) -> bool:
    """Return whether a UserComment is a mark. Raises FaultError for one that is cut."""
    found = _as_object(comment)
    if found is not None:
        return _NAME in found or not _FIELDS.isdisjoint(found)
    if comment.startswith("{") and f'"{_NAME}"' in comment:
        raise _lost(Phrase("it is not whole"))
    return False


class _Properties:
    """Reads the property from a packet, whatever its prefix: as an element, or as an attribute."""

    def __init__(self) -> None:
        self._found: list[str] = []
        self._inside: _Element | None = None
        self._depth = 0

    def read(self, packet: bytes) -> list[str]:
        """Return the values. Raises FaultError if the packet cannot be read."""
        if len(packet) > METADATA_BYTES_MAX:
            raise _lost(Phrase("its XMP has more than {bytes} bytes", bytes=METADATA_BYTES_MAX))
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._document_type
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.Parse(packet.rstrip(b"\0"), True)
        except (expat.ExpatError, ValueError, LookupError):
            # The last two: an encoding that Python does not know, or one that expat cannot use.
            raise _lost(Phrase("its XMP is not well-formed")) from None
        return self._found

    def _document_type(self, *_: object) -> None:
        # Without one there are no entities, so nothing expands and nothing is fetched.
        raise _lost(Phrase("its XMP declares a document type"))

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        self._found += [value for key, value in attributes.items() if _local(key) == _NAME]
        if self._inside is not None:
            self._inside.has_parts = True
        elif _local(name) == _NAME:
            self._inside = _Element(self._depth)

    def _text(self, text: str) -> None:
        if self._inside is not None:
            self._inside.texts.append(text)

    def _end(self, _: str) -> None:
        if self._inside is not None and self._inside.depth == self._depth:
            self._found.append(self._inside.value())
            self._inside = None
        self._depth -= 1


class _Element(Struct):
    """The property as an element."""

    depth: int
    texts: list[str] = field(default_factory=list)
    has_parts: bool = False

    def value(self) -> str:
        """Return its text; within parts, as alternatives of a language have it, only a whole object is one."""
        text = "".join(self.texts)
        if self.has_parts and text.strip() and _as_object(text) is None:
            raise _lost(Phrase("it is not the text that the standard asks for"))
        return text


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _text(kind: bytes, content: bytes) -> bytes:
    """Return the text of a PNG's chunk, without its keyword."""
    _, _, rest = content.partition(b"\0")
    if kind == b"tEXt":
        return rest
    if kind == b"zTXt":
        return _inflated(rest[1:])
    flags = rest[:2]
    tags = rest[2:].split(b"\0", 2)
    if len(flags) < 2 or len(tags) < 3:
        raise _lost(Phrase("it is not whole"))
    return _inflated(tags[2]) if flags[0] else tags[2]


def _inflated(data: bytes) -> bytes:
    inflater = zlib.decompressobj()
    try:
        found = inflater.decompress(data, METADATA_BYTES_MAX)
    except zlib.error:
        raise _lost(Phrase("it cannot be decompressed")) from None
    if not inflater.eof:
        raise _lost(
            Phrase("it is not whole, or has more than {bytes} bytes", bytes=METADATA_BYTES_MAX)
        )
    return found


def _decoded(data: bytes) -> str:
    """Read a text as UTF-8, which producers write, else as PNG has it."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _user_comment(exif: bytes) -> str:
    """Read the UserComment of a TIFF block; empty if there is none that can be read."""
    found = [each for each in tiff_entries(exif, _EXIF_DIRECTORY) if each.tag == _USER_COMMENT]
    if not found:
        return ""
    whole = exif[found[0].value : found[0].value + found[0].count]
    code = whole[:_CODE_BYTES]
    text = whole[_CODE_BYTES:]
    if not code.startswith(b"UNICODE"):
        return _decoded(text).strip("\0 \t\r\n")
    # The byte order is the file's, but some write the other one.
    both = [
        text.decode(order, "replace").strip("\0 \t\r\n") for order in ("utf-16-le", "utf-16-be")
    ]
    return next((each for each in both if each.startswith("{")), "")
