"""Every sentence that is translated, as Babel finds it; `python tests/architecture/translations.py` renews the .po.

A new sentence gets an entry without translation, one that is gone is dropped. Nothing is guessed, nothing is fuzzy.
"""

import inspect
import tomllib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

import massctl
from massctl.cli.commands import VERBS
from massctl.cli.help import paragraphs
from massctl.cli.main import massctl as command

ROOT = Path(massctl.__file__).parent
PO = ROOT / "locale" / "zh" / "LC_MESSAGES" / "massctl.po"
CLICK = Path(click.__file__).parent
CLICK_LOCATION = "click"
KEYWORDS = {"Phrase": None, "plural_phrase": (1, 2)}
CLICK_KEYWORDS = {"_": None, "ngettext": (1, 2)}
_UNTOLD = (b'"POT-', b'"PO-', b'"Report-', b'"Last-', b'"Language-Team', b'"Generated-By')
"""Lines of a header that git tells better, or that change with each writing."""
HEADER = "# The Chinese of massctl. CONTRIBUTING.md says how a sentence is translated."


def _told_by(table: object) -> Iterator[str]:
    """List what people read of a table: the templates under `message` and `hint`, at any depth."""
    if isinstance(table, list):
        for each in table:
            yield from _told_by(each)
    elif isinstance(table, dict):
        yield from (table[key] for key in ("message", "hint") if key in table)
        for each in table.values():
            yield from _told_by(each)


def extract_errcodes(
    file: IO[bytes], *_: Any, **__: Any
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Extract the sentences of a table of errcodes, as Babel's method for a kind of file."""
    for template in _told_by(tomllib.loads(file.read().decode())):
        yield 1, "Phrase", template, []


def _commands(below: click.Command) -> Iterator[click.Command]:
    yield below
    if isinstance(below, click.Group):
        context = click.Context(below)
        for name in below.list_commands(context):
            if (each := below.get_command(context, name)) is not None:
                yield from _commands(each)


def help_texts() -> Iterator[tuple[str, str]]:
    """Give each paragraph and flag of `--help`, and the module whose command says it."""
    for _, does in VERBS.values():
        yield "massctl/cli/commands/__init__.py", does
    for each in _commands(command):
        source = each.callback and inspect.getsourcefile(inspect.unwrap(each.callback))
        where = (
            Path(source).relative_to(ROOT.parent).as_posix() if source else "massctl/cli/main.py"
        )
        flags = [
            flag for flag in each.get_params(click.Context(each)) if isinstance(flag, click.Option)
        ]
        for text in [
            *paragraphs(each.help or ""),
            *(" ".join(flag.help.split()) for flag in flags if flag.help),
        ]:
            yield where, text


def extracted() -> Catalog:
    """Extract everything that people read: of massctl, of its help, and of click."""
    catalog = Catalog(
        locale="zh",
        project="massctl",
        version="",
        charset="utf-8",
        fuzzy=False,
        header_comment=HEADER,
    )
    methods = [
        ("**.py", "python"),
        ("**/errcodes.toml", extract_errcodes),
        ("sandbox/pages/**.j2", babel_extract),
        ("view/pages/**.j2", babel_extract),
    ]
    for file, _, message, _, context in extract_from_dir(
        ROOT, methods, keywords=KEYWORDS, comment_tags=()
    ):
        catalog.add(message, locations=[(f"massctl/{file}", 1)], context=context)
    for file, text in help_texts():
        catalog.add(text, locations=[(file, 1)])
    methods = [("**.py", "python")]
    for _, _, message, _, context in extract_from_dir(
        CLICK, methods, keywords=CLICK_KEYWORDS, comment_tags=()
    ):
        catalog.add(message, locations=[(CLICK_LOCATION, 1)], context=context)
    for entry in catalog:
        if entry.python_brace_format:
            # A per cent sign beside a field is a per cent sign.
            entry.flags.discard("python-format")
    return catalog


def translated() -> Catalog:
    """Read the .po."""
    with PO.open("rb") as file:
        return read_po(file, locale="zh")


def write(catalog: Catalog) -> None:
    """Write the .po, its entries in the order of the files that say them."""
    written = BytesIO()
    write_po(written, catalog, width=120, include_lineno=False)
    kept = [
        line
        for line in written.getvalue().splitlines(keepends=True)
        if not line.startswith(_UNTOLD)
    ]
    PO.write_bytes(b"".join(kept))


def renewed(new: Catalog, old: Catalog) -> Catalog:
    """Give the extracted entries with the translations that there are."""
    for message in new:
        known = old.get(message.id, message.context) if message.id else None
        if known is not None:
            message.string = known.string
    return new


if __name__ == "__main__":
    write(renewed(extracted(), translated()))
