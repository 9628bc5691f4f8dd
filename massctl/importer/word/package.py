"""The parts of a Word file: a bounded archive of XML, read without entities."""

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from posixpath import dirname, join, normpath
from typing import Any, Final

from lxml import etree
from msgspec import Struct, field

from massctl.importer.documents import WORD_BYTES_MAX, DocumentError
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase

XML_BYTES_MAX = 32 * 1024 * 1024
"""The most bytes of one part of XML. Its tree takes about twenty times as much memory."""
PARTS_MAX = 10_000

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
M: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
MC: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
WP: Final = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
V: Final = "{urn:schemas-microsoft-com:vml}"
BOX: Final = f"{W}txbxContent"
"""A box with text in a drawing."""
_STRICT: Mapping[bytes, bytes] = {
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": W[1:-1].encode(),
    b"http://purl.oclc.org/ooxml/officeDocument/math": M[1:-1].encode(),
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": R[1:-1].encode(),
    b"http://purl.oclc.org/ooxml/drawingml/": b"http://schemas.openxmlformats.org/drawingml/2006/",
}
"""Names of the strict form of the standard (ISO 29500), and of the form that Word writes."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The first bytes of files of Word 97, and of files with a password."""
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_NOT_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,
)
"""What zipfile raises for damaged, encrypted or other bytes; RuntimeError also for a method that it lacks."""
_COPY = Phrase("copy the article alone into a new Word file, and import that")
_SAVE = Phrase("open it in Word, save it as .docx without a password, and import that")

Xml = Any
"""An element of lxml, which has no types."""


class Related(Frozen):
    """What a part refers to by an id."""

    kind: str
    """The last word of its type: image, hyperlink, footnotes."""
    target: str
    """The name of a part, or an address."""
    is_external: bool


class Package(Struct):
    """An open_package Word file. Its methods raise DocumentError."""

    _archive: zipfile.ZipFile
    main: str = ""
    """The name of the part with the document."""
    _related: dict[str, Mapping[str, Related]] = field(default_factory=dict)

    def read(self, name: str, limit: int = WORD_BYTES_MAX) -> bytes | None:
        """Return the bytes of a part; None where there is none."""
        try:
            said = self._archive.getinfo(name)
        except KeyError:
            return None
        if said.file_size > limit:
            raise DocumentError(
                Phrase("part {name} is larger than {limit:,} bytes", name=name, limit=limit), _COPY
            )
        try:
            return self._archive.read(said)
        except _NOT_ZIP:
            raise DocumentError(Phrase("part {name} is damaged", name=name), _SAVE) from None

    def xml(self, name: str) -> Xml | None:
        """Return the root element of a part; None where there is none."""
        data = self.read(name, XML_BYTES_MAX)
        if data is None:
            return None
        for strict, usual in _STRICT.items():
            data = data.replace(strict, usual)
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        declares = Phrase("part {name} declares a document type, as Word never does", name=name)
        if b"<!DOCTYPE" in data:
            raise DocumentError(declares, _SAVE)
        try:
            root = etree.fromstring(data, parser)
        except etree.XMLSyntaxError as error:
            if error.code == _RESOURCE_LIMIT:
                raise DocumentError(
                    Phrase("the elements of the file are nested too deeply"), _COPY
                ) from None
            line = error.lineno or 1
            raise DocumentError(
                Phrase("part {name} is not XML: line {line}", name=name, line=line), _SAVE
            ) from None
        if root.getroottree().docinfo.internalDTD is not None:
            raise DocumentError(declares, _SAVE)
        _drop_ignorable(root)
        return root

    def related(self, name: str) -> Mapping[str, Related]:
        """Return what a part refers to, by id."""
        if name not in self._related:
            folder, _, file = name.rpartition("/")
            root = self.xml(f"{folder}/_rels/{file}.rels".lstrip("/"))
            self._related[name] = dict(_relations(root, dirname(name)))
        return self._related[name]

    def target(self, name: str, element: Xml) -> str:
        """Return the address to which an element of a part refers; empty for none."""
        found = self.related(name).get(element.get(f"{R}id", ""))
        if found is None:
            return ""
        anchor = element.get(f"{W}anchor", "") if found.is_external else ""
        return f"{found.target}#{anchor}" if anchor and "#" not in found.target else found.target

    def parts(self, kind: str) -> Iterator[tuple[str, Xml]]:
        """Yield the parts of a kind to which the document refers, with their roots."""
        for each in self.related(self.main).values():
            if each.kind == kind and not each.is_external:
                root = self.xml(each.target)
                if root is not None:
                    yield each.target, root

    def part(self, kind: str) -> tuple[str, Xml | None]:
        """Return the first part of a kind."""
        return next(self.parts(kind), ("", None))


def _drop_ignorable(root: Xml) -> None:
    """Take out elements of other programs that a file says may be ignored: Word shows nothing of them."""
    written = root.get(f"{MC}Ignorable", "").split()
    spaces = {root.nsmap.get(each, "") for each in written}
    foreign = [each for each in spaces if each and not each.startswith(_OF_WORD)]
    for space in foreign:
        for each in [*root.iter(f"{{{space}}}*")]:
            if each.getparent() is not None:
                each.getparent().remove(each)


_OF_WORD = (
    "http://schemas.microsoft.com/",
    "http://schemas.openxmlformats.org/",
    "urn:schemas-microsoft-com:",
)
_RESOURCE_LIMIT = 114
"""XML_ERR_RESOURCE_LIMIT of libxml2: more than 256 levels, or a text of more than 10 MB."""


def open_package(data: bytes) -> Package:
    """Open a Word file."""
    if data.startswith(_OLE):
        why = (
            Phrase("the file is protected by a password")
            if _ENCRYPTED in data
            else Phrase("this is a file of Word 97 (.doc), or another that is not .docx")
        )
        raise DocumentError(why, _SAVE)
    try:
        archive = zipfile.ZipFile(BytesIO(data))
        listed = archive.infolist()
    except _NOT_ZIP:
        raise DocumentError(NO_WORD_FILE) from None
    # zipfile stops at the size that a part declares, so the sum bounds what is unpacked.
    if sum(each.file_size for each in listed) > WORD_BYTES_MAX:
        raise DocumentError(
            Phrase("the file is larger than {limit:,} bytes unpacked", limit=WORD_BYTES_MAX), _COPY
        )
    if len(listed) > PARTS_MAX:
        raise DocumentError(
            Phrase("the file has more than {limit:,} parts", limit=PARTS_MAX), _COPY
        )
    if any(each.flag_bits & 1 for each in listed):
        raise DocumentError(Phrase("the file is protected by a password"), _SAVE)
    package = Package(archive)
    roots = package.related("").values()
    package.main = next(
        (each.target for each in roots if each.kind == "officeDocument"), "word/document.xml"
    )
    return package


NO_WORD_FILE = Phrase("this is not a Word file (.docx)")


def _relations(root: Xml | None, folder: str) -> Iterator[tuple[str, Related]]:
    for each in root if root is not None else ():
        target = each.get("Target", "")
        is_external = each.get("TargetMode") == "External"
        if not is_external:
            target = normpath(join(folder, target) if not target.startswith("/") else target)
        kind = each.get("Type", "").rpartition("/")[2]
        yield each.get("Id", ""), Related(kind, target.lstrip("/"), is_external)


def own(holder: Xml, tag: str) -> Iterator[Xml]:
    """Yield the rows of a table or the cells of a row, without those of tables inside."""
    for each in holder.iter(tag):
        if next(each.iterancestors(holder.tag)) is holder:
            yield each


VISIBLE: Final = [
    f"{W}{name}"
    for name in [
        "t",
        "sym",
        "drawing",
        "pict",
        "object",
        "ruby",
        "footnoteReference",
        "endnoteReference",
    ]
]


def is_covered_beside(cell: Xml) -> bool:
    """Whether a cell goes on with the one before it in its row."""
    merge = cell.find(f"{W}tcPr/{W}hMerge")
    return merge is not None and merge.get(f"{W}val", "continue") == "continue"


def shows(element: Xml) -> bool:
    """Whether anything is shown below an element."""
    return next(element.iter(*VISIBLE, f"{M}t"), None) is not None
