"""Each page that users read says the same in English and in Chinese: headings, rows, examples, links that lead on."""

import re
from calendar import month_name
from collections import Counter
from pathlib import Path

import pytest
from repository_files import DOCUMENTS, ROOT, Section, document, prose, sections
from typed_commands import command_lines, verb_of

CHINESE = ".zh-CN.md"
NAMES = [path.relative_to(ROOT).as_posix() for path in DOCUMENTS]
PAIRS = sorted(name.replace(CHINESE, ".md") for name in NAMES if name.endswith(CHINESE))
TRANSLATED = {name: name.replace(".md", CHINESE) for name in PAIRS} | {
    path.relative_to(ROOT).as_posix(): path.relative_to(ROOT).as_posix().replace("/en/", "/zh/")
    for folder in ("massctl/view/explanations/en", "massctl/scaffold/en")
    for path in sorted((ROOT / folder).glob("*.md"))
}
"""English page -> Chinese page: of the documents, the explanations and the README of a new repository."""
ENGLISH_ONLY = {
    "CHANGELOG.md": "one line a change, with the words of the command",
    "CONTRIBUTING.md": "for those who change the code, whose names and comments are English",
    "SECURITY.md": "where to report a hole",
    "docs/maintaining.md": "for those who change the code, too",
    "docs/reference/wechat-api.md": "written by a test, with WeChat's own paths, fields and codes",
}
"""Pages without a Chinese one, and why. The decisions (docs/adr/) are for those who change the code, too."""
FACTS = re.compile(
    r"(?P<file>[A-Za-z0-9_.*/<>-]*[A-Za-z0-9_*>]\.[a-z][a-z0-9]{0,4}\b)"
    r"|(?<![\w-])(?P<flag>--[a-z][a-z-]*)"
    r"|(?:^|[{,(]|- )\s*(?P<key>(?!error:|hint:)[A-Za-z_][A-Za-z0-9_-]*):(?=\s|$)"
    r"|(?<![A-Za-z0-9_.#])(?P<number>\d(?:[\d,.]*\d)?)",
    re.MULTILINE,
)
"""What code states in any language: files, flags, keys of YAML, numbers. What labels a line of output is translated."""

MONTHS = [*month_name]
MONTH = re.compile(rf"\b({'|'.join(MONTHS[1:])})(?=(?: and \w+)? 20\d\d)")
"""August 2026, which Chinese writes with a number."""


def _tables(text: str) -> list[list[str]]:
    """Give the first cell of each row, table by table."""
    tables = re.findall(r"(?:^ *\|.*\n)+", prose(text), re.MULTILINE)
    return [
        [re.split(r"(?<!\\)\|", row)[1].strip() for row in table.splitlines()[2:]]
        for table in tables
    ]


def _words(text: str) -> list[str]:
    """Give what no language changes: keys, verbs, codes, flags, paths."""
    return sorted(
        {*re.findall(r"`([A-Za-z0-9_./:*<>[\]-]+)`", text), *re.findall(r"\bMC\d{3}\b", text)}
    )


def _facts(section: Section) -> set[str]:
    """Give what a section states whatever its language: commands, files, flags, keys, names in code, codes, numbers."""
    text = MONTH.sub(lambda found: str(MONTHS.index(found[0])), " ".join(section.text))
    numbers = re.findall(r"(?<![A-Za-z0-9_.#])\d(?:[\d,.]*\d)?(?![A-Za-z_])", text)
    code = "\n".join(section.code).replace(CHINESE, ".md")
    names = [
        each.replace(CHINESE, ".md")
        for each in section.code
        if re.fullmatch(r"[A-Za-z0-9_./:*<>[\]-]+", each)
    ]
    commands = [f"massctl {verb_of(line)}" for line in command_lines(code)]
    codes = re.findall(r"\bMC\d{3}\b", " ".join(section.text))
    written = [each.lstrip("0") or "0" for each in numbers]
    return {
        *written,
        *names,
        *commands,
        *codes,
        *(found[found.lastgroup or 0] for found in FACTS.finditer(code)),
    }


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
    alone = {
        name for name in NAMES if not name.endswith(CHINESE) and not name.startswith("docs/adr/")
    } - {*PAIRS}
    assert set(ENGLISH_ONLY) == alone
    assert set() == {*PAIRS} - {*NAMES}


@pytest.mark.parametrize("name", PAIRS)
def test_a_pair_has_the_same_parts(name: str) -> None:
    english, chinese = document(name), document(name.replace(".md", CHINESE))
    assert _levels(english) == _levels(chinese)
    assert _fences(english) == _fences(chinese)
    rows = [[len(each) for each in _tables(text)] for text in (english, chinese)]
    assert rows[0] == rows[1]
    cells = [
        [_words(cell) for table in _tables(text) for cell in table] for text in (english, chinese)
    ]
    assert cells[0] == cells[1]


@pytest.mark.parametrize("name", TRANSLATED)
def test_a_pair_states_the_same_section_by_section(name: str) -> None:
    english, chinese = sections(document(name)), sections(document(TRANSLATED[name]))
    assert [each.level for each in english] == [each.level for each in chinese]
    stated = [(_facts(one), _facts(other)) for one, other in zip(english, chinese, strict=True)]
    assert {} == {
        number: {"English only": one - other, "Chinese only": other - one}
        for number, (one, other) in enumerate(stated)
        if one != other
    }


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
    assert [] == [
        (name, link) for name, link in links if ((ROOT / name).parent / link).resolve() in english
    ]


def test_every_anchor_is_there() -> None:
    links = [
        (name, (ROOT / name).parent / page if page else ROOT / name, anchor)
        for name in NAMES
        for page, anchor in re.findall(r"\]\(([^)#:\s]*)#([^)\s]+)\)", prose(document(name)))
    ]
    pages = {
        target.resolve() for _, target, _ in links if target.suffix == ".md" and target.exists()
    }
    anchors = {page: _anchors(page.read_text(encoding="utf-8")) for page in pages}
    assert [] == [
        (name, anchor)
        for name, target, anchor in links
        if anchor not in anchors.get(target.resolve(), {anchor})
    ]
