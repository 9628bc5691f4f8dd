"""An undocumented verb, flag, key, code, guard or entry fails the build, and so does a link that leads nowhere."""

import ast
import importlib
import re
from datetime import datetime
from pathlib import Path
from typing import get_args
from urllib.parse import unquote

import click
import diagnostics_page
import phases_page
import pytest
from markdown_it import MarkdownIt
from msgspec.structs import fields
from pydantic import BaseModel
from repository_files import DOCUMENTS, ROOT, code_words, document, prose, sections, syntax
from typed_commands import command_lines, fault, is_short

from massctl.cli.commands import VERBS
from massctl.cli.exit_codes import ExitStatus
from massctl.model import campaign, entries, settings
from massctl.model.diagnostics import CODES, Check, Level
from massctl.model.message import Window
from massctl.model.state import Status
from massctl.plan.steps import Guard, Kind, Reason
from massctl.sandbox import accounts, app, control, faults

READMES = ["README.md", "README.zh-CN.md"]
APPLY = ".venv/bin/massctl apply 2026-autumn-walks --sandbox --yes"
SEND = "python3 -m venv .venv && .venv/bin/pip install -e . && "
IN_ITS_LANGUAGE = {"README.md": "", "README.zh-CN.md": "MASSCTL_LANG=zh "}
TEST = ".venv/bin/pip install -e '.[dev]' && .venv/bin/python -m pytest -n auto --dist loadfile"
PACKAGES = [ROOT / "massctl", ROOT / "massctl/scaffold"]
SHOW_WINDOWS = {".md", ".yaml", ".code-snippets", ".py"}
LINK = re.compile(r"\]\(([^)\s]+)\)")


@pytest.mark.parametrize("path", ["docs/reference/cli.md", "docs/reference/cli.zh-CN.md"])
def test_every_verb_is_documented(path: str) -> None:
    assert set() == {*VERBS} - code_words(document(path))


@pytest.mark.parametrize("path", READMES)
def test_a_readme_begins_with_the_two_commands(path: str) -> None:
    lines = document(path).splitlines()
    first_commands = [lines[number + 1] for number, line in enumerate(lines) if line == "```sh"][:2]

    assert [SEND + IN_ITS_LANGUAGE[path] + APPLY, TEST] == first_commands


@pytest.mark.parametrize("path", READMES)
def test_a_readme_stays_short(path: str) -> None:
    assert len(document(path).splitlines()) <= 150


def test_every_relative_link_leads_somewhere() -> None:
    links = [
        (path, unquote(link.partition("#")[0]))
        for path in DOCUMENTS
        for link in LINK.findall(re.sub(r"`[^`\n]+`", "", prose(path.read_text(encoding="utf-8"))))
        if not re.match(r"[a-z]+:|#", link)
    ]
    assert [] == [(str(path), link) for path, link in links if not (path.parent / link).exists()]


@pytest.mark.parametrize("path", ["docs/architecture.md", "docs/architecture.zh-CN.md"])
def test_the_architecture_names_what_is_there(path: str) -> None:
    text = document(path)
    files = set(re.findall(r"`((?:[a-z_]+/)+(?:[a-z_]+\.(?:py|toml))?)`", text)) - {
        "schemas/",
        "zh/",
        "en/",
    }
    assert [] == sorted(
        each for each in files if not any((top / each).exists() for top in (ROOT, *PACKAGES))
    )
    named = re.findall(r"`([a-z_/]+\.py)`(?:: |：)`(\w+)`(?:(?:, |、)`(\w+)`)?", text)
    defined = r"(?m)^(?:    )?(?:def |class )?{}\b"
    assert [] == [
        (file, name)
        for file, *names in named
        for name in filter(None, names)
        if not re.search(defined.format(name), (ROOT / "massctl" / file).read_text("utf-8"))
    ]
    assert named


def _windows_shown() -> list[tuple[str, Window]]:
    """List each window that we show somebody, and where: as campaign.yaml has it, and as people type it."""
    declared = re.compile(
        r"not_before: (?:\$\{3:)?([0-9T:+-]+)\W{1,4}not_aft\w+: (?:\$\{4:)?([0-9T:+-]+)"
    )
    typed = re.compile(r"\b(\d{4}-\d\d-\d\d) (\d\d:\d\d)[-–](\d\d:\d\d)")
    shown = []
    folders = [ROOT / "campaigns", *PACKAGES]
    files = [
        each for folder in folders for each in folder.rglob("*") if each.suffix in SHOW_WINDOWS
    ]
    for path in [*DOCUMENTS, *files]:
        text, name = path.read_text(encoding="utf-8"), str(path.relative_to(ROOT))
        shown += [
            (name, Window(*map(datetime.fromisoformat, ends))) for ends in declared.findall(text)
        ]
        for day, *hours in typed.findall(text):
            shown.append(
                (name, Window(*(datetime.fromisoformat(f"{day} {each}") for each in hours)))
            )
    return shown


def test_no_window_that_we_show_is_too_short() -> None:
    shown = _windows_shown()
    assert 10 < len(shown)
    assert [] == [(where, window.minutes) for where, window in shown if window.is_short]


@pytest.mark.slow
def test_every_row_of_a_table_is_shown_as_one() -> None:
    """A blank line inside a table makes text of its last rows, and a bar in a cell cuts it off."""
    assert [] == [
        f"{path.relative_to(ROOT)}: {line}"
        for path in DOCUMENTS
        for line in _badly_shown(path.read_text(encoding="utf-8"))
    ]


def _badly_shown(text: str) -> list[str]:
    """Give the first line of each table with rows of different lengths, and the rows outside of tables."""
    lines, found = text.splitlines(), []
    rows: set[int] = set()
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.map and token.type in ("fence", "code_block", "table_open"):
            rows.update(range(*token.map))
        if token.map and token.type == "table_open":
            cells = [
                len(re.findall(r"(?<!\\)\|", line.strip())) for line in lines[slice(*token.map)]
            ]
            found += [lines[token.map[0]]] if {cells[0]} != set(cells) else []
    return found + [
        line
        for number, line in enumerate(lines)
        if line.lstrip().startswith("|") and number not in rows
    ]


@pytest.mark.parametrize("name", diagnostics_page.PAGES)
def test_every_diagnostic_is_documented_as_it_is_explained(name: str) -> None:
    page, language = document(f"docs/reference/{name}"), diagnostics_page.PAGES[name]
    assert diagnostics_page.rows(language) == re.findall(r"^\| MC\d{3} \|.*\n", page, re.MULTILINE)
    assert diagnostics_page.written(page, language) == page


SHOWN = [path for path in DOCUMENTS if path.name != "CHANGELOG.md"] + sorted(
    path
    for folder in ("view/explanations", "scaffold")
    for path in (ROOT / "massctl" / folder).rglob("*")
    if path.is_file() and path.suffix not in {".jpg", ".py", ".pyc"}
)
"""Texts whose commands people type. The changelog names verbs of former days."""
NO_COMMAND = {"import a console draft", "ledger entry"}
"""Code that reads like a command and is none: an order on GitHub, and what is signed before a line of the ledger."""


@pytest.mark.slow
def test_every_command_shown_exists() -> None:
    shown = {path.relative_to(ROOT).as_posix(): _typed(path) for path in SHOWN}
    assert {} == {
        (name, line): why
        for name, lines in shown.items()
        for line in lines
        if line not in NO_COMMAND and (why := fault(line)) is not None
    }


def _typed(path: Path) -> list[str]:
    """Give the command lines of a text: in code, in the lines of a script, and between back-ticks of its comments."""
    text = path.read_text(encoding="utf-8")
    code = [each for section in sections(text) for each in section.code]
    if path.suffix != ".md":
        lines = [line for line in text.splitlines() if not line.lstrip().startswith(("#", "echo "))]
        code = [*lines, *re.findall(r"`([^`\n]+)`", text)]
    return [
        line
        for each in code
        for line in (*command_lines(each), *([each] if is_short(each) else []))
    ]


@pytest.mark.slow
def test_every_command_that_a_message_advises_exists() -> None:
    calls = [node for nodes in syntax().values() for node in nodes if isinstance(node, ast.Call)]
    advised = [
        " ".join(
            str(each.value) if isinstance(each, ast.Constant) else "VALUE" for each in call.args
        )
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "Command"
    ]
    assert len(advised) > 100
    assert {} == {line: why for line in advised if (why := fault(line)) is not None}


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("ci watch", "no verb watch"),
        ("-C letters plan --nonsense", "no flag --nonsense"),
        ("apply NAME --until draft|sent --yes", "no choice --until sent"),
        ("state import --website-send AT && massctl nothing", None),
        ("preview --locked -- --towxname", None),
        ("-h", None),
    ],
)
def test_a_command_that_does_not_exist_is_found(line: str, found: str | None) -> None:
    assert found == fault(line)


def test_every_flag_is_documented() -> None:
    flags = {
        flag for verb in VERBS for flag in _flags(importlib.import_module(VERBS[verb][0]).command)
    }

    assert set() == flags - set(re.findall(r"--[a-z-]+", document("docs/reference/cli.md")))


def test_every_exit_status_is_documented() -> None:
    rows = re.findall(r"^\| (\d+) \|", document("docs/reference/cli.md"), re.MULTILINE)

    assert [int(status) for status in ExitStatus] == [int(row) for row in rows]


def test_every_word_of_the_plan_json_is_documented() -> None:
    words = {word.value for kind in (Status, Kind, Reason, Guard, Check, Level) for word in kind}

    assert set() == words - code_words(document("docs/reference/cli.md"))


@pytest.mark.parametrize("model", [settings.MassctlFile, campaign.CampaignFile])
def test_every_key_is_documented(model: type[BaseModel]) -> None:
    assert set() == _keys(model, set()) - code_words(document("docs/reference/format.md"))


def test_every_kind_of_ledger_entry_is_documented_with_its_fields() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| .*? \| (.*) \|$", document("docs/reference/ledger.md"), re.MULTILINE
    )
    documented = {kind: set(re.findall(r"`(\w+)`", names)) for kind, names in rows}
    kinds = {
        name: {each.name for each in fields(kind)} - {"type"}
        for name, kind in entries.KINDS.items()
    }

    missing = {kind: names - documented.get(kind, set()) for kind, names in kinds.items()}

    assert {} == {kind: names for kind, names in missing.items() if names}


@pytest.mark.parametrize("page", ["ledger.md", "ledger.zh-CN.md"])
def test_every_reason_in_the_ledger_is_documented(page: str) -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| `(\w+)` \| .* \|$", document(f"docs/reference/{page}"), re.MULTILINE
    )
    doubts = {*get_args(entries.NoAnswerReason), "errcode", "administrator_silent"}
    reasons = {
        "send_in_doubt": doubts,
        "draft_not_saved": set(get_args(entries.DraftNotSavedReason)),
        "draft_deleted": set(get_args(entries.DraftDeletedReason)),
    }
    assert reasons == {kind: {code for code, name in rows if name == kind} for kind in reasons}


@pytest.mark.parametrize("name", phases_page.PAGES)
def test_the_phases_of_a_send_are_documented_as_they_are(name: str) -> None:
    page = document(f"docs/reference/{name}")
    assert phases_page.written(page, phases_page.PAGES[name]) == page


def test_every_call_control_and_member_of_the_sandbox_is_documented() -> None:
    words = set(re.findall(r"`([^`\n]+)`", document("docs/reference/sandbox.md")))
    assert (
        set()
        == {path.removeprefix("/cgi-bin/").removeprefix("/datacube/") for path in app.PATHS} - words
    )
    assert set() == {f"POST /_sandbox/{name}" for name in control.CONTROLS} - words
    assert set() == {*accounts.Declared.model_fields} - words


def test_every_fault_of_the_sandbox_is_documented() -> None:
    assert set() == faults.KINDS - code_words(document("docs/reference/sandbox.md"))


RETIRED = frozenset({"MC328", "MC404", "MC405", "MC408"})
"""Codes that no diagnostic has any more, and none gets again.

MC328 was "shown plainer, so that it fits"; MC404 "recorded audience outside its bounds", now the refusal
`audience_bounds`; MC405 "edited since it was locked", now the refusal `lock_stale`; MC408
"list begun again that was sent in part", now the refusal `partly_sent`.
"""


def test_no_document_shows_a_code_that_does_not_exist() -> None:
    shown = {
        code
        for path in DOCUMENTS
        for code in re.findall(r"MC\d{3}", path.read_text(encoding="utf-8"))
    }

    assert set() == shown - set(CODES) - RETIRED
    assert set() == RETIRED & set(CODES)


def _flags(command: click.Command) -> set[str]:
    own = {flag for parameter in command.params for flag in parameter.opts if flag.startswith("--")}
    nested = command.commands.values() if isinstance(command, click.Group) else ()
    return own.union(*(_flags(each) for each in nested))


def _keys(model: type[BaseModel], seen: set[type[BaseModel]]) -> set[str]:
    if model in seen:
        return set()
    seen.add(model)
    names = {field.alias or name for name, field in model.model_fields.items()}
    inner = [each for field in model.model_fields.values() for each in _models_in(field.annotation)]
    return names.union(*(_keys(each, seen) for each in inner))


def _models_in(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models_in(argument)]
