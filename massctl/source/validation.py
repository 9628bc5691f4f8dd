"""Data against a model: every fault at once, each with its code, its place and words for people.

Order: what is not a key at all, what is not built yet and what has no value are found block by block;
pydantic finds the rest; rules that need two keys come last. A fault silences what only follows from it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from massctl import __version__
from massctl.model.campaign import Fault, Path
from massctl.model.diagnostics import Diagnostic
from massctl.model.phrase import Phrase
from massctl.source.reporter import in_order
from massctl.source.shape import Block, Key, blocks, keys_of
from massctl.source.spelling import as_meant
from massctl.source.wording import explain_error, shown, wrong_key_form, wrong_type
from massctl.source.yaml import YamlDocument

Model = TypeVar("Model", bound=BaseModel)
Rules = Callable[[dict[str, Any]], Iterable[Fault]]


def validate(document: YamlDocument, model: type[Model], rules: Rules) -> tuple[Model | None, list[Diagnostic]]:
    """Check a document; the model is None where there is any error, its own or one of the file's."""
    faults = find_faults(document.data, model, rules, document.broken)
    if not document.is_whole:
        faults = [fault for fault in faults if not _needs_everything(fault)]
    positions = document.positions
    found = [positions.diagnostic(f.code, f.path, f.message, f.hint, at_key=f.at_key) for f in faults]
    diagnostics = in_order([*document.diagnostics, *found])
    return (None if diagnostics else model.model_validate(document.data)), diagnostics


def find_faults(data: Any, model: type[BaseModel], rules: Rules, broken: frozenset[Path] = frozenset()) -> list[Fault]:
    """Find everything wrong with `data`; nothing is said at or below the paths in `broken`."""
    if () in broken:
        return []
    if not isinstance(data, dict):
        say = Phrase("expected {expected}, found {found}", expected=Phrase("keys with values"), found=shown(data))
        return [Fault("MC013", (), say, at_key=False)]
    meant = as_meant(model, data)
    silent = broken | meant.not_built
    found: list[Fault] = []
    # Each stage silences the next one at its own places, and below them.
    for stage in (
        [fault for block in blocks(model, meant.data) for fault in _block_faults(block)],
        _model_faults(model, meant.data),
        rules(meant.data),
    ):
        faults = [
            fault
            for fault in stage
            if not _is_silenced(fault.code, fault.path, silent)
            and not _is_silenced(fault.code, meant.written(fault.path), broken)
        ]
        silent |= {fault.path for fault in faults if fault.code != "MC012"}
        found += faults
    return [*meant.faults, *(replace(fault, path=meant.written(fault.path)) for fault in found)]


def _block_faults(block: Block) -> Iterator[Fault]:
    known = keys_of(block.model)
    for name, value in block.data.items():
        path, key = (*block.path, name), known[name]
        if key.is_not_yet:
            yield _not_yet(path, name)
        elif value in key.values_not_yet:
            yield _not_yet(path, f"{name}: {value}")
        elif value is None:
            say, hint = Phrase("{key} has no value", key=name), Phrase("write a value behind it, or delete the key")
            yield Fault("MC013", path, say, hint)
        elif (fault := _literal_type(path, key, value)) is not None:
            yield fault


def _not_yet(path: Path, what: str) -> Fault:
    say = Phrase(
        "{key} is part of the format, but massctl {version} does not carry it out yet", key=what, version=__version__
    )
    return Fault("MC018", path, say)


def _literal_type(path: Path, key: Key, value: Any) -> Fault | None:
    """Find a value of another type than the fixed ones; to pydantic `1`, `1.0` and `true` are the same."""
    types = {type(literal) for literal in key.literals}
    if not types or type(value) in types:
        return None
    names = {bool: Phrase("true or false"), int: Phrase("a whole number"), str: Phrase("a text")}
    return wrong_type(path, names[types.pop()], value)


def _model_faults(model: type[BaseModel], data: dict[str, Any]) -> Iterator[Fault]:
    try:
        model.model_validate(data)
    except ValidationError as error:
        for each in error.errors(include_url=False):
            path = each["loc"]
            if each["type"] == "extra_forbidden":
                continue
            if path[-1] == "[key]":
                yield wrong_key_form(path[:-1], each["ctx"]["pattern"])
            elif each["type"] == "missing" and path == ("audience",):
                continue  # the rule about audiences says it better
            else:
                yield explain_error(each["type"], path, each["input"], each.get("ctx", {}))


def _needs_everything(fault: Fault) -> bool:
    """Say whether a fault cannot be told of a file that was read in part only: something may be there after all."""
    is_none = fault.path == () or fault.hint is not None  # and not the second of two
    return fault.code == "MC012" or (fault.code in ("MC015", "MC016") and is_none)


def _is_silenced(code: str, path: Path, silent: frozenset[Path]) -> bool:
    """Say whether a fault follows from one that is known already."""
    if code in ("MC015", "MC016"):
        return False  # a second message or audience is one too many, whatever else is wrong with it
    return any(path[:length] in silent for length in range(len(path) + 1))
