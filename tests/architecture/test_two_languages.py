"""Each page that users read says the same in English and in Chinese: headings, rows, examples, links that lead on."""

import re
from collections import Counter
from pathlib import Path

import pytest
from repository_files import DOCUMENTS, ROOT, document, prose

CHINESE = ".zh-CN.md"
NAMES = [path.relative_to(ROOT).as_posix() for path in DOCUMENTS]
PAIRS = sorted(name.replace(CHINESE, ".md") for name in NAMES if name.endswith(CHINESE))
ENGLISH_ONLY = {
    "CHANGELOG.md": "one line a change, with the words of the command",
    "CONTRIBUTING.md": "for those who change the code, whose names and comments are English",
    "SECURITY.md": "where to report a hole",
    "docs/reference/wechat-api.md": "written by a test, with WeChat's own paths, fields and codes",
}
"""Pages without a Chinese one, and why. The decisions (docs/adr/) are for those who change the code, too."""
REFERENCE = [name for name in PAIRS if name.startswith("docs/reference/")] + ["docs/security.md"]
"""Pages that state facts. The rows of diagnostics are held by test_docs, word for word."""


def _tables(text: str) -> list[list[str]]:
    """Give the first cell of each row, table by table."""
    tables = re.findall(r"(?:^ *\|.*\n)+", prose(text), re.MULTILINE)
    return [[re.split(r"(?<!\\)\|", row)[1].strip() for row in table.splitlines()[2:]] for table in tables]


def _words(text: str) -> list[str]:
    """Give what no language changes: keys, verbs, codes, flags, paths."""
    return sorted({*re.findall(r"`([A-Za-z0-9_./:*<>[\]-]+)`", text), *re.findall(r"\bMC\d{3}\b", text)})


def _numbers(text: str) -> list[str]:
    plain = re.sub(r"`[^`]*`|\]\([^)]*\)", "", text)
    return sorted({number.rstrip(".,") for number in re.findall(r"(?<![\w.#])\d[\d,.]*(?![A-Za-z_])", plain)})


def _sections(text: str) -> list[str]:
    return re.split(r"^#+ .*$", prose(text), flags=re.MULTILINE)


def _fences(text: str) -> list[str]:
    return re.findall(r"^ *```(\w*)\n.*?^ *```$", text, re.MULTILINE | re.DOTALL)


def _levels(text: str) -> list[str]:
    return re.findall(r"^(#+) ", prose(text), re.MULTILINE)


def _anchors(text: str) -> set[str]:
    """Give the anchors that GitHub makes of the headings."""
    found: Counter[str] = Counter()
    anchors = set()
    for title in re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE):
        words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", title).strip().lower()
        anchor = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        anchors.add(f"{anchor}-{found[anchor]}" if found[anchor] else anchor)
        found[anchor] += 1
    return anchors


def test_every_page_has_its_pair_or_a_reason() -> None:
    alone = {name for name in NAMES if not name.endswith(CHINESE) and not name.startswith("docs/adr/")} - {*PAIRS}
    assert set(ENGLISH_ONLY) == alone
    assert set() == {*PAIRS} - {*NAMES}


@pytest.mark.parametrize("name", PAIRS)
def test_a_pair_has_the_same_parts(name: str) -> None:
    english, chinese = document(name), document(name.replace(".md", CHINESE))
    assert _levels(english) == _levels(chinese)
    assert _fences(english) == _fences(chinese)
    rows = [[len(each) for each in _tables(text)] for text in (english, chinese)]
    assert rows[0] == rows[1]
    cells = [[_words(cell) for table in _tables(text) for cell in table] for text in (english, chinese)]
    assert cells[0] == cells[1]


@pytest.mark.parametrize("name", sorted({*REFERENCE} - {"docs/reference/diagnostics.md"}))
def test_a_reference_states_the_same_in_both(name: str) -> None:
    sections = [_sections(document(path)) for path in (name, name.replace(".md", CHINESE))]
    for english, chinese in zip(*sections, strict=True):
        assert _words(english) == _words(chinese)
        assert _numbers(english) == _numbers(chinese)


def test_there_is_one_glossary() -> None:
    terms = re.compile(r"^(\| [^|]+ \| [^|]*\|)", re.MULTILINE)
    english, chinese = (terms.findall(document(f"docs/glossary{end}")) for end in (".md", CHINESE))
    assert english[1:] == chinese[1:]


def test_a_pair_leads_to_its_other_language() -> None:
    pairs = [(name, name.replace(".md", CHINESE)) for name in PAIRS]
    leads = [(name, f"\n\n[简体中文]({Path(chinese).name})\n") for name, chinese in pairs]
    leads += [(chinese, f"\n\n[English]({Path(name).name})\n") for name, chinese in pairs]
    assert [] == [(name, line) for name, line in leads if line not in document(name)]


def test_a_chinese_page_leads_to_chinese_pages() -> None:
    english = {(ROOT / name).resolve() for name in PAIRS}
    links = [
        (name, link)
        for name in NAMES
        if name.endswith(CHINESE)
        for link in re.findall(r"\]\(([^)#\s]+\.md)[^)]*\)", prose(document(name)))
        if (ROOT / name.replace(CHINESE, ".md")) != (ROOT / name).parent / link
    ]
    assert [] == [(name, link) for name, link in links if ((ROOT / name).parent / link).resolve() in english]


def test_every_anchor_is_there() -> None:
    links = [
        (name, (ROOT / name).parent / page if page else ROOT / name, anchor)
        for name in NAMES
        for page, anchor in re.findall(r"\]\(([^)#:\s]*)#([^)\s]+)\)", prose(document(name)))
    ]
    pages = {target.resolve() for _, target, _ in links if target.suffix == ".md" and target.exists()}
    anchors = {page: _anchors(page.read_text(encoding="utf-8")) for page in pages}
    assert [] == [
        (name, anchor) for name, target, anchor in links if anchor not in anchors.get(target.resolve(), {anchor})
    ]
