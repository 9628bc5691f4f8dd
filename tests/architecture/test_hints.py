"""Every diagnostic says what to do: whoever makes one passes a hint, or its code has a written reason here."""

import ast
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import pytest

import massctl
from massctl.model.diagnostics import CODES

PACKAGE: Final = Path(massctl.__file__).parent
WITHOUT_HINT: Final[dict[str, str]] = {
    "MC612": "it tells how many followers a tag had, and nothing has to be done",
    "MC207": "it tells how a picture was made fit, and nothing has to be done",
}
"""Code -> why no hint helps."""


class Call(NamedTuple):
    """A call of a maker without a hint."""

    where: str
    codes: tuple[str, ...]


@cache
def _modules() -> dict[str, ast.Module]:
    files = sorted(PACKAGE.rglob("*.py"))
    return {
        ".".join(("massctl", *each.relative_to(PACKAGE).with_suffix("").parts)): ast.parse(each.read_text("utf-8"))
        for each in files
    }


def _optional_hint(fields: list[tuple[str, ast.expr | None, ast.expr | None]]) -> int | None:
    """Give the position of a `hint: Phrase | None = None`."""
    for position, (name, annotation, default) in enumerate(fields):
        if name == "hint" and default is not None and annotation is not None:
            return position if ast.unparse(annotation) in {"Phrase | None", "str | None"} else None
    return None


def _makers(module: ast.Module) -> dict[str, int]:
    """Give the makers that a module defines, by name, with the position of their hint."""
    found: dict[str, int] = {}
    for node in ast.walk(module):
        fields: list[tuple[str, ast.expr | None, ast.expr | None]] = []
        if isinstance(node, ast.ClassDef):
            fields = [
                (each.target.id, each.annotation, each.value)
                for each in node.body
                if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
            ]
            made = next((each for each in node.body if getattr(each, "name", "") == "__init__"), None)
            fields = _parameters(made) if isinstance(made, ast.FunctionDef) else fields
        elif isinstance(node, ast.FunctionDef) and node.name != "__init__" and "hint or " not in ast.unparse(node):
            fields = _parameters(node)
        if (position := _optional_hint(fields)) is not None:
            found[node.name] = position  # type: ignore[attr-defined]
    return found


def _parameters(function: ast.FunctionDef) -> list[tuple[str, ast.expr | None, ast.expr | None]]:
    arguments = [*function.args.posonlyargs, *function.args.args]
    given = function.args.defaults
    defaults = [*[None] * (len(arguments) - len(given)), *given]
    found = [(each.arg, each.annotation, default) for each, default in zip(arguments, defaults, strict=True)]
    return found[1:] if found and found[0][0] == "self" else found


def _calls_without_hint(modules: dict[str, ast.Module]) -> list[Call]:
    makers = {name: _makers(module) for name, module in modules.items()}
    found: list[Call] = []
    for name, module in modules.items():
        known = dict(makers[name])
        for node in ast.walk(module):
            if isinstance(node, ast.ImportFrom):
                theirs = makers.get(node.module or "", {})
                known |= {each.asname or each.name: theirs[each.name] for each in node.names if each.name in theirs}
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and (position := known.get(_called(node))) is not None:
                given = [*node.args[position : position + 1], *(k.value for k in node.keywords if k.arg == "hint")]
                if not given or (isinstance(given[0], ast.Constant) and given[0].value is None):
                    texts = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
                    found.append(Call(f"{name}:{node.lineno}", tuple(each for each in texts if each in CODES)))
    return found


def _called(call: ast.Call) -> str:
    """Give the name that is called: of a function, a class, or a method of the same object."""
    if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name) and call.func.value.id == "self":
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


@pytest.mark.slow
def test_every_diagnostic_is_made_with_a_hint():
    calls = _calls_without_hint(_modules())
    assert [each for each in calls if len(each.codes) != 1 or each.codes[0] not in WITHOUT_HINT] == []
    assert {code for each in calls for code in each.codes} == set(WITHOUT_HINT)


def test_no_hint_may_turn_out_to_be_none():
    """A hint that is chosen has a last choice; see `near or usual`."""
    modules = _modules()
    optional = {
        node.name
        for module in modules.values()
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef) and node.returns and ast.unparse(node.returns) == "Phrase | None"
    }
    found = []
    for name, module in modules.items():
        if name.startswith(("massctl.cli", "massctl.view")):
            continue
        for node in ast.walk(module):
            if isinstance(node, ast.keyword) and node.arg == "hint":
                given: list[ast.expr] = [node.value]
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "hint":
                given = [node.value]
            elif isinstance(node, ast.Call) and _called(node) in {"Fault", "Diagnostic"}:
                given = node.args
            else:
                continue
            for each in given:
                chosen = isinstance(each, ast.IfExp) and ast.unparse(each.orelse) == "None"
                asked = isinstance(each, ast.Call) and _called(each) in optional
                if chosen or asked:
                    found.append(f"{name}:{each.lineno} {ast.unparse(each)}")
    assert [] == found
