"""Run a template: text in, text out, or one fault with its file and line.

Variables are what the repository says and are trusted as its other files are: nothing is escaped by itself
(`| escape` does it). A template gets no more than its variables, `campaign` and `account`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from itertools import islice
from traceback import walk_tb
from typing import Any

from jinja2 import TemplateNotFound, TemplatesNotFound, TemplateSyntaxError
from jinja2.environment import TemplateModule
from msgspec.structs import replace

from massctl.model.diagnostics import Fault, FaultError, Lines
from massctl.model.phrase import Phrase, enumerated
from massctl.render.blocks.cards import SentArticles
from massctl.render.blocks.library import SIGNATURES, Blocks
from massctl.render.inputs import Inputs
from massctl.render.paths import template_path
from massctl.render.template_environment import (
    AbsentTemplateError,
    MissingNameError,
    TemplateEnvironment,
    environment_for,
)

SECONDS_MAX = 2.0
"""Of processor time for one template with all it includes; a long article takes some 0.01 s."""
MEMORY_BYTES_MAX = 2 << 30
"""Of the address space of the process, its libraries included, while a template runs."""
CHARACTERS_MAX = 1_000_000
"""Of what a template writes."""
TEXT_SHOWN_MAX = 200
"""Characters of a foreign text in a message."""
NAMES_COMPARED_MAX = 1_000
"""Names that a wrong one is compared with."""
NAMES_SHOWN_MAX = 12
_ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]+")


def render_text(
    name: str,
    text: str,
    own: str,
    variables: Mapping[str, Any],
    inputs: Inputs,
    *,
    sources: dict[str, str],
    links: dict[str, str],
    blocks: Blocks | None = None,
) -> str | Fault:
    """Run `text` as a template; `name` is its path, or empty for a string of campaign.yaml.

    `own` is the campaign's folder, from the campaigns folder.

    An article has `blocks`. Every file that is read on the way goes into `sources`, by its path from the campaigns
    folder, and every address that the ledger gave into `links`, by campaign and number of the article.
    """

    sent = SentArticles(inputs, links)
    environment = environment_for(
        inputs.template, lambda written: template_path(written, own), sent
    )
    try:
        with inputs.limits(SECONDS_MAX, MEMORY_BYTES_MAX):
            environment.start(
                variables if blocks is None else {"blocks": blocks, **variables}, sources
            )
            template = environment.template_of(name, text)
            written = "".join(template.root_render_func(template.new_context()))
    except (
        Exception
    ) as error:  # Whatever a template does wrong is the writer's fault, and becomes a diagnostic.
        return _fault_of(error, name, environment)
    if len(written) > CHARACTERS_MAX:
        return Fault(
            "MC104",
            Phrase("the template writes more than {limit} characters", limit=f"{CHARACTERS_MAX:,}"),
            _LESS,
            path=name,
        )
    return written


_LESS = Phrase("does a loop run too often, or does a text or a list grow with every round?")


def _fault_of(error: Exception, name: str, environment: TemplateEnvironment) -> Fault:
    """Return what `error` means to the writer, and where."""
    path, line = _place_of(error)
    # The time may also end between two lines of templates, as what they wrote is joined.
    path = path or name or None
    if environment.compiling is not None:
        path = environment.compiling
        line = None
    if isinstance(error, FaultError):
        fault = error.fault
        line = fault.line or line
    elif isinstance(error, TemplateSyntaxError):
        line = error.lineno
        fault = Fault("MC101", Phrase("{detail}", detail=error.message or ""), _UNFINISHED)
    elif isinstance(error, MissingNameError):
        return _missing(error, path, line, environment)
    else:
        fault = _what_failed(error)
    if fault.path is not None:
        return fault
    needle = fault.needle
    column = _column(environment.sources.get(path or "", ""), line, needle) if needle else None
    width = len(needle) if column else None
    return replace(fault, path=path, line=line, column=column, width=width, needle="")


_UNFINISHED = Phrase("check for a missing bracket, brace or quotation mark")


_TOO_MUCH: Mapping[type[Exception], Fault] = {
    TimeoutError: Fault(
        "MC104",
        Phrase("the template runs for more than {seconds:g} seconds", seconds=SECONDS_MAX),
        _LESS,
    ),
    MemoryError: Fault(
        "MC104",
        Phrase("the template needs more than {limit} GB of memory", limit=MEMORY_BYTES_MAX >> 30),
        _LESS,
    ),
    RecursionError: Fault(
        "MC104",
        Phrase("the template is nested too deeply"),
        Phrase("does a macro call itself, or a file include itself?"),
    ),
}


def _what_failed(error: Exception) -> Fault:
    if isinstance(error, TemplateNotFound):
        return _not_found(error)
    if isinstance(error, SyntaxError):
        return Fault(
            "MC101", Phrase("this cannot be compiled: {detail}", detail=error.msg), _UNFINISHED
        )
    detail = _ADDRESS.sub("", str(error))[:TEXT_SHOWN_MAX] or type(error).__name__
    return _TOO_MUCH.get(type(error)) or Fault(
        "MC106",
        Phrase("the template failed: {detail}", detail=detail),
        Phrase("check the values in this line"),
    )


def _not_found(error: TemplateNotFound) -> Fault:
    if isinstance(error, AbsentTemplateError):
        return error.fault
    written = error.templates if isinstance(error, TemplatesNotFound) else [error.name]
    names = _ADDRESS.sub("", ", ".join(map(str, islice(written, NAMES_COMPARED_MAX))))[
        :TEXT_SHOWN_MAX
    ]
    if not names:
        return Fault(
            "MC105", Phrase("an include names no file"), Phrase("write the file's name in quotes")
        )
    return Fault(
        "MC105",
        Phrase("none of these files exists: {names}", names=names),
        Phrase("write a path relative to the campaign's folder, or `_shared/…`, without `..`"),
    )


def _place_of(error: BaseException) -> tuple[str | None, int | None]:
    """Find the innermost line of a template in a traceback."""
    place: tuple[str | None, int | None] = (None, None)
    for frame, line in walk_tb(error.__traceback__):
        template = frame.f_globals.get("__jinja_template__")
        if template is not None:
            place = template.name, template.get_corresponding_lineno(line)
    return place


def _missing(
    error: MissingNameError, path: str | None, line: int | None, environment: TemplateEnvironment
) -> Fault:
    """Return which name has no value, point at it, and suggest a near one."""
    name = _ADDRESS.sub("", str(error.name))[:TEXT_SHOWN_MAX]
    names: Iterable[str]
    if error.detail is not None:
        message = Phrase("{detail}", detail=error.detail[:TEXT_SHOWN_MAX])
        names = ()
    elif isinstance(error.owner, dict):
        message = Phrase("there is no `{name}` here", name=name)
        names = map(str, error.owner)
    elif isinstance(error.owner, Blocks):
        message = Phrase("the library has no block `{name}`", name=name)
        names = SIGNATURES
    elif isinstance(error.owner, TemplateModule):
        message = Phrase("the imported file has no `{name}`", name=name)
        names = (key for key in vars(error.owner) if not key.startswith("_"))
    elif error.message is not None and "has no" in error.message:
        message = Phrase(
            "a value of type {kind} has no `{name}`", kind=type(error.owner).__name__, name=name
        )
        names = ()
    else:
        message = Phrase("`{name}` is not defined", name=name)
        names = environment.variables
    known = sorted(islice(names, NAMES_COMPARED_MAX))
    near = get_close_matches(name, known, 1)
    if near:
        hint = Phrase("did you mean `{name}`?", name=near[0])
    elif isinstance(names, dict):
        hint = Phrase("declare it in campaign.yaml under `vars:`")
    else:
        hint = _there_is(known)
    column = _column(environment.sources.get(path or "", ""), line, name)
    width = len(name) if column else None
    return Fault("MC102", message, hint, path=path, line=line, column=column, width=width)


def _there_is(known: Sequence[str]) -> Phrase:
    """Return what may be written in place of a name that is like none of `known`."""
    names = [each for each in known if each.isidentifier()][:NAMES_SHOWN_MAX]
    if not names:
        return Phrase("check the values in this line")
    return Phrase("there are {names}", names=enumerated(names))


def _column(source: str, line: int | None, name: str) -> int | None:
    lines = Lines(source)
    written = lines.written(line) if line is not None and line <= len(lines) else ""
    found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", written)
    return found.start() + 1 if found else None
