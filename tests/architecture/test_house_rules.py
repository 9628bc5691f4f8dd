"""House rules that no linter knows, by walking the syntax trees of the package."""

import ast
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

import pytest
from repository_files import PACKAGE, syntax

from massctl.model.diagnostics import CODES

pytestmark = pytest.mark.slow  # It parses the whole package, which takes seconds.
FUNCTION_LINES_MAX = 70
"""Without the docstring."""
PURE_ROOMS = ("model", "render", "plan", "apply", "report", "view")
FORBIDDEN_NAMES = frozenset({"base", "common", "helpers", "manager", "utils"})

Function = ast.FunctionDef | ast.AsyncFunctionDef

WITHOUT_HINT: Final[dict[str, str]] = {
    "MC612": "it tells how many followers a tag had, and nothing has to be done",
    "MC207": "it tells how a picture was made fit, and nothing has to be done",
}
"""Code -> why no hint helps."""


def test_there_is_something_to_look_at() -> None:
    assert len(syntax()) > 100


def test_no_function_is_too_long() -> None:
    lengths = {place: _length(function) for place, function in _functions()}

    assert {} == {place: length for place, length in lengths.items() if length > FUNCTION_LINES_MAX}


def test_every_public_function_says_what_it_promises() -> None:
    assert [] == [place for place, function in _public() if not ast.get_docstring(function)]


def test_every_module_and_public_class_says_what_it_is_for() -> None:
    modules = [name for name, (module, *_) in syntax().items() if not ast.get_docstring(module)]
    classes = [
        f"{name}:{node.name}"
        for name, (module, *_) in syntax().items()
        for node in module.body
        if isinstance(node, ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]

    assert [] == modules + classes


def test_who_has_a_batch_is_decided_in_one_place() -> None:
    """The phases of a send are folded in one module, and one other makes an answer of them."""
    named = {
        name
        for name, (module, *_) in syntax().items()
        for node in ast.walk(module)
        if _names_a_phase(node)
    }

    assert {"model/state.py", "plan/reach.py"} == {name.removeprefix("massctl/") for name in named}


def _names_a_phase(node: ast.AST) -> bool:
    imported = isinstance(node, ast.ImportFrom) and any(each.name == "Phase" for each in node.names)
    return imported or (isinstance(node, ast.ClassDef) and node.name == "Phase")


def test_every_function_is_typed() -> None:
    assert [] == [
        place
        for place, function in _functions()
        if function.returns is None and not _is_init(function)
    ]


@pytest.mark.parametrize("call", ["open", "print", "input", "eval", "exec"])
def test_the_pure_rooms_touch_nothing(call: str) -> None:
    calls = [
        f"{name}:{node.lineno}"
        for name, node in _calls()
        if name.partition("/")[0] in PURE_ROOMS
        and isinstance(node.func, ast.Name)
        and node.func.id == call
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
    assert [module] == _callers(callee)


def test_one_module_makes_a_body() -> None:
    """`Conserved` is the type of a body; a pass that made one by itself would go around the comparison."""
    assert {"render/conservation.py"} == {*_callers("Conserved")}


MASKS: Final = re.compile(r"\*{3,}|.*(access_token=|\(\?<=://\)|\^\|://\)).*", re.DOTALL)
"""What stands in place of a secret, and patterns that find one in an address."""
SECRET_WORDS: Final = re.compile(r"secret|token|passw|credential|mask|openid", re.IGNORECASE)


def test_one_module_masks_secrets() -> None:
    """A second one would know fewer: `model/secrets.py` has those of the process, their looks and their keys."""
    others = [
        (name, node)
        for name, nodes in syntax().items()
        if name != "model/secrets.py"
        for node in nodes
    ]
    masks = [
        f"{name}:{node.lineno} {node.value}"
        for name, node in others
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and MASKS.fullmatch(node.value)
    ]
    replaced = [
        f"{name}:{node.lineno} {ast.unparse(node)}"
        for name, node in others
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("replace", "sub")
        if any(SECRET_WORDS.search(ast.unparse(each)) for each in (node.func.value, *node.args[:1]))
    ]
    assert [] == masks + replaced


STARTS_PROCESS = re.compile(
    r"popen|system|fork\w*|exec[lv]\w*|spawn\w*|posix_spawnp?|create_subprocess_\w+", re.I
)


SYSTEM = {"system/posix.py", "system/windows.py"}
"""Begin the desk again in another environment; on POSIX a child forks for each question."""
BUILD = "desk/browser/build.py"
"""Runs where the wheel is built."""


def test_one_module_calls_git() -> None:
    """`massctl.git` keeps from running what a repository tells git to run; nothing else starts it."""
    starting = {name for name, node in _calls() if STARTS_PROCESS.fullmatch(_last_name(node))}
    importing = {
        name
        for name, nodes in syntax().items()
        if any("subprocess" in _imported(node) for node in nodes)
    }

    processes = {
        "browser.py",
        "cli/token_command.py",
        "git.py",
        "child.py",
        "desk/verbs.py",
        *SYSTEM,
        BUILD,
    }
    assert processes == starting | importing
    assert ["git.py"] == [
        name for name in sorted(starting | importing) if "git" in _constants(name)
    ]


def test_production_code_has_no_bare_assert() -> None:
    """A bare assert vanishes under -O; InvariantError does not."""
    asserts = [
        f"{name}:{node.lineno}"
        for name, nodes in syntax().items()
        for node in nodes
        if isinstance(node, ast.Assert)
    ]

    assert [] == asserts


def test_nothing_is_left_to_be_done() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")

    assert [] == [
        name for name in syntax() if marks.search((PACKAGE / name).read_text(encoding="utf-8"))
    ]


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [] == [name for name in syntax() if (PACKAGE / name).stem in FORBIDDEN_NAMES]


def test_every_diagnostic_is_made_with_a_hint() -> None:
    """Whoever makes a diagnostic passes what to do, or its code has a written reason here."""
    calls = _calls_without_hint()
    assert [
        each for each in calls if len(each.codes) != 1 or each.codes[0] not in WITHOUT_HINT
    ] == []
    assert {code for each in calls for code in each.codes} == set(WITHOUT_HINT)


def test_no_hint_may_turn_out_to_be_none() -> None:
    """A hint that is chosen has a last choice; see `near or usual`."""
    optional = {
        node.name
        for _, node in _functions()
        if isinstance(node, ast.FunctionDef)
        and node.returns
        and ast.unparse(node.returns) == "Phrase | None"
    }
    inside = {
        name: nodes for name, nodes in syntax().items() if not name.startswith(("cli/", "view/"))
    }
    found = [
        f"{name}:{each.lineno} {ast.unparse(each)}"
        for name, nodes in inside.items()
        for node in nodes
        for each in _given_as_hint(node)
        if (isinstance(each, ast.IfExp) and ast.unparse(each.orelse) == "None")
        or (isinstance(each, ast.Call) and _called(each) in optional)
    ]
    assert [] == found


def _functions() -> Iterator[tuple[str, Function]]:
    for name, nodes in syntax().items():
        for node in nodes:
            if isinstance(node, Function):
                yield f"{name}:{node.lineno} {node.name}", node


def _calls() -> Iterator[tuple[str, ast.Call]]:
    return (
        (name, node)
        for name, nodes in syntax().items()
        for node in nodes
        if isinstance(node, ast.Call)
    )


def _callers(callee: str) -> list[str]:
    """Give the module of each call of a function or a method of this name."""
    return [name for name, node in _calls() if _last_name(node) == callee]


def _last_name(call: ast.Call) -> str:
    return str(getattr(call.func, "attr", getattr(call.func, "id", "")))


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [each.name for each in node.names] if isinstance(node, ast.Import) else []


def _constants(name: str) -> set[object]:
    return {node.value for node in syntax()[name] if isinstance(node, ast.Constant)}


def _public() -> Iterator[tuple[str, Function]]:
    """Give the functions and methods that another module may call; dunders are spoken for by their class."""
    for name, (module, *_) in syntax().items():
        bodies = [module.body]
        bodies += [
            node.body
            for node in module.body
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
        ]
        for node in (each for body in bodies for each in body):
            if (
                isinstance(node, Function)
                and not node.name.startswith("_")
                and not _is_overload(node)
            ):
                yield f"{name}:{node.lineno} {node.name}", node


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


class Call(NamedTuple):
    """A call of a maker without a hint."""

    where: str
    codes: tuple[str, ...]


def _optional_hint(fields: list[tuple[str, ast.expr | None, ast.expr | None]]) -> int | None:
    """Give the position of a `hint: Phrase | None = None`."""
    for position, (name, annotation, default) in enumerate(fields):
        if name == "hint" and default is not None and annotation is not None:
            return position if ast.unparse(annotation) in {"Phrase | None", "str | None"} else None
    return None


def _makers(nodes: list[ast.AST]) -> dict[str, int]:
    """Give the makers that a module defines, by name, with the position of their hint."""
    found: dict[str, int] = {}
    for node in nodes:
        fields: list[tuple[str, ast.expr | None, ast.expr | None]] = []
        if isinstance(node, ast.ClassDef):
            fields = [
                (each.target.id, each.annotation, each.value)
                for each in node.body
                if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
            ]
            made = next(
                (each for each in node.body if getattr(each, "name", "") == "__init__"), None
            )
            fields = _parameters(made) if isinstance(made, ast.FunctionDef) else fields
        elif isinstance(node, ast.FunctionDef) and node.name != "__init__":
            fields = _parameters(node)
        if (position := _optional_hint(fields)) is not None and not _has_another(node):
            found[node.name] = position  # type: ignore[attr-defined]
    return found


def _has_another(maker: ast.AST) -> bool:
    """Say whether a function has a hint of its own where none is passed."""
    return isinstance(maker, ast.FunctionDef) and "hint or " in ast.unparse(maker)


def _parameters(function: ast.FunctionDef) -> list[tuple[str, ast.expr | None, ast.expr | None]]:
    arguments = [*function.args.posonlyargs, *function.args.args]
    given = function.args.defaults
    defaults = [*[None] * (len(arguments) - len(given)), *given]
    found = [
        (each.arg, each.annotation, default)
        for each, default in zip(arguments, defaults, strict=True)
    ]
    return found[1:] if found and found[0][0] == "self" else found


def _calls_without_hint() -> list[Call]:
    makers = {name: _makers(nodes) for name, nodes in syntax().items()}
    found: list[Call] = []
    for name, nodes in syntax().items():
        known = {**makers[name], "warning": 2, "note": 2}
        for node in nodes:
            if isinstance(node, ast.ImportFrom):
                module = (node.module or "").removeprefix("massctl.").replace(".", "/")
                theirs = makers.get(f"{module}.py", makers.get(f"{module}/__init__.py", {}))
                known |= {
                    each.asname or each.name: theirs[each.name]
                    for each in node.names
                    if each.name in theirs
                }
        for node in nodes:
            if isinstance(node, ast.Call) and (position := known.get(_called(node))) is not None:
                given = [
                    *node.args[position : position + 1],
                    *(k.value for k in node.keywords if k.arg == "hint"),
                ]
                if not given or (isinstance(given[0], ast.Constant) and given[0].value is None):
                    texts = [
                        each.value for each in ast.walk(node) if isinstance(each, ast.Constant)
                    ]
                    found.append(
                        Call(
                            f"{name}:{node.lineno}", tuple(each for each in texts if each in CODES)
                        )
                    )
    return found


def _called(call: ast.Call) -> str:
    """Give the name that is called: of a function, a class, or a method of the same object."""
    if (
        isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "self"
    ):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _given_as_hint(node: ast.AST) -> list[ast.expr]:
    """Give what a node passes or assigns as a hint, or as any part of a diagnostic."""
    if isinstance(node, ast.keyword) and node.arg == "hint":
        return [node.value]
    if (
        isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id == "hint"
    ):
        return [node.value]
    return (
        node.args if isinstance(node, ast.Call) and _called(node) in {"Fault", "Diagnostic"} else []
    )
