"""PolicyInForce rules that no linter knows, by walking the syntax trees of the package."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from repository_files import PACKAGE

FUNCTION_LINES_MAX = 70
"""Without the docstring."""
PURE_ROOMS = ("model", "render", "plan", "apply", "report", "view")
FORBIDDEN_NAMES = frozenset({"base", "common", "helpers", "manager", "utils"})

Function = ast.FunctionDef | ast.AsyncFunctionDef

MODULES = sorted(PACKAGE.rglob("*.py"))
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in MODULES}


def test_there_is_something_to_look_at() -> None:
    assert len(MODULES) > 100


def test_no_function_is_too_long() -> None:
    lengths = {place: _length(function) for place, function in _functions()}

    assert {} == {place: length for place, length in lengths.items() if length > FUNCTION_LINES_MAX}


def test_every_public_function_says_what_it_promises() -> None:
    assert [] == [place for place, function in _public() if not ast.get_docstring(function)]


def test_every_module_and_public_class_says_what_it_is_for() -> None:
    modules = [_name(path) for path, tree in TREES.items() if not ast.get_docstring(tree)]
    classes = [
        f"{_name(path)}:{node.name}"
        for path, tree in TREES.items()
        for node in tree.body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]

    assert [] == modules + classes


def test_every_function_is_typed() -> None:
    assert [] == [place for place, function in _functions() if function.returns is None and not _is_init(function)]


@pytest.mark.parametrize("call", ["open", "print", "input", "eval", "exec"])
def test_the_pure_rooms_touch_nothing(call: str) -> None:
    pure = {path: tree for path, tree in TREES.items() if path.relative_to(PACKAGE).parts[0] in PURE_ROOMS}
    calls = [
        f"{_name(path)}:{node.lineno}"
        for path, tree in pure.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == call
    ]

    assert [] == calls


@pytest.mark.parametrize(
    ("callee", "module"),
    [
        ("send_mass", "apply/executor.py"),  # The one request for a send.
        ("Permit", "apply/preflight.py"),  # Only the last look makes a permit.
        ("SendIntent", "apply/payloads.py"),
        ("SendAttempted", "model/send.py"),  # An attempt's entry says what its intent says.
    ],
)
def test_one_place_in_the_package_makes_a_send(callee: str, module: str) -> None:
    calls = [
        _name(path)
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and callee in (getattr(node.func, "attr", ""), getattr(node.func, "id", ""))
    ]

    assert [module] == calls


def test_production_code_has_no_bare_assert() -> None:
    """A bare assert vanishes under -O; InvariantError does not."""
    asserts = [
        f"{_name(path)}:{node.lineno}"
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert)
    ]

    assert [] == asserts


def test_nothing_is_left_to_be_done() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")

    assert [] == [_name(path) for path in MODULES if marks.search(path.read_text(encoding="utf-8"))]


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [] == [_name(path) for path in MODULES if path.stem in FORBIDDEN_NAMES]


def _name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def _functions() -> Iterator[tuple[str, Function]]:
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, Function):
                yield f"{_name(path)}:{node.lineno} {node.name}", node


def _public() -> Iterator[tuple[str, Function]]:
    """Give the functions and methods that another module may call; dunders are spoken for by their class."""
    for path, tree in TREES.items():
        bodies = [tree.body]
        bodies += [node.body for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]
        for node in (each for body in bodies for each in body):
            if isinstance(node, Function) and not node.name.startswith("_") and not _is_overload(node):
                yield f"{_name(path)}:{node.lineno} {node.name}", node


def _is_overload(function: Function) -> bool:
    """An overload is a type of the function below it, which says what it promises."""
    return "overload" in map(ast.unparse, function.decorator_list)


def _length(function: Function) -> int:
    """Count a function's lines without its docstring."""
    first = function.body[0]
    has_docstring = ast.get_docstring(function) is not None
    docstring_lines = (first.end_lineno or 0) - first.lineno + 1 if has_docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring_lines


def _is_init(function: Function) -> bool:
    return function.name == "__init__"
