"""Words that a Word file keeps apart, as data, and that Word writes into the fields bound to them."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from lxml import etree

from massctl.importer.word.package import Package, W, Xml
from massctl.importer.word.styles import value

_SPACES = re.compile(r"xmlns:([\w.-]+)\s*=\s*['\"]([^'\"]*)['\"]")
_PATH = re.compile(r"(?:/(?:[\w.-]+:)?[\w.-]+(?:\[\d{1,4}\])?)+(?:/@(?:[\w.-]+:)?[\w.-]+)?")
"""A path of plain steps; Word writes no others."""
_CORE, _EXTENDED = (
    "{6c3c8bc8-f283-45ae-878a-bab7291924a1}",
    "{6668398d-a668-4e3e-a5eb-62b293d839f1}",
)
"""The ids of the properties of a file. Source: MS-OE376, 2.1.462, read 2026-12."""
_LISTS: Final = (f"{W}dropDownList", f"{W}comboBox")


def write_bound(roots: Iterable[Xml], package: Package) -> None:
    """Write what bound fields show in Word: the data, not the words that were there when the file was saved."""
    kept: dict[str, Xml] | None = None
    for root in roots:
        for said in root.iter(f"{W}dataBinding"):
            properties = said.getparent()
            content = properties.getparent().find(f"{W}sdtContent")
            if kept is None:
                kept = dict(_stores(package))
            words = _looked_up(kept.get(said.get(f"{W}storeItemID", "").lower()), said)
            shown = _shown(properties, words)
            texts = [*content.iter(f"{W}t")] if content is not None else []
            if shown and texts and "".join(each.text or "" for each in texts) != shown:
                texts[0].text = shown
                for each in texts[1:]:
                    each.text = ""


def _stores(package: Package) -> Iterator[tuple[str, Xml]]:
    """Yield the data of a file by its ids."""
    for store, part in ((_CORE, "docProps/core.xml"), (_EXTENDED, "docProps/app.xml")):
        root = package.xml(part)
        if root is not None:
            yield store, root
    for name, root in package.parts("customXml"):
        for each in package.related(name).values():
            said = package.xml(each.target) if each.kind == "customXmlProps" else None
            for key, known in said.attrib.items() if said is not None else ():
                if key.endswith("itemID"):
                    yield known.lower(), root


def _looked_up(store: Xml | None, said: Xml) -> str:
    path = said.get(f"{W}xpath", "")
    if store is None or _PATH.fullmatch(path) is None:
        return ""
    spaces = dict(_SPACES.findall(said.get(f"{W}prefixMappings", "")))
    try:
        found = store.xpath(path, namespaces=spaces)
    except etree.XPathError:
        return ""
    first = next(iter(found), "")
    return str(first) if isinstance(first, str) else "".join(first.itertext())


def _shown(properties: Xml, words: str) -> str:
    """Return what a field shows for data: of a list the words of an entry; empty where its kind is not text."""
    for each in properties.iter(*_LISTS):
        entries = {one.get(f"{W}value", ""): one.get(f"{W}displayText", "") for one in each}
        return entries.get(words) or words
    return words if value(properties, "text", otherwise="-") != "-" else ""
