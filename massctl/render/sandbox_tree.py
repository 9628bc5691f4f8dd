"""Look through a template's syntax tree before it is compiled, and put the meter into it.

Jinja compiles comparisons, slices, concatenations, loops and literal text to plain Python, which the
sandbox does not see. Here they become calls of the environment, which are paid for.
"""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, Final, cast

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from massctl.model.phrase import Phrase
from massctl.render.inputs import Problem
from massctl.render.meter import NODE_COST, TemplateStop
from massctl.render.sandbox_filters import DROPPED_FILTERS, FILTERS, TESTS

_BODIES: Final = ("body", "else_")


class Guard(NodeTransformer):
    """Refuse what templates may not say; wrap what would be free of charge."""

    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> nodes.Node:
        """Visit the children, then put the price of each block in front of it."""
        super().generic_visit(node, *args, **kwargs)
        for field in _BODIES:
            body = getattr(node, field, None)
            if isinstance(body, list) and body:
                price = sum(_price(child) for child in body)
                body.insert(0, nodes.ExprStmt(_ask("spend", [nodes.Const(price)], node), lineno=node.lineno))
        return node

    def visit_ScopedEvalContextModifier(self, node: nodes.Node) -> nodes.Node:  # noqa: N802  # Jinja's name.
        """Refuse `{% autoescape %}`: nothing is escaped, since what a repository says is trusted."""
        say = Phrase("`autoescape` cannot be used here: nothing is escaped by itself")
        raise _stop(node, "MC103", say, Phrase("escape a value with the filter `e`"))

    def visit_Filter(self, node: nodes.Filter) -> nodes.Node:  # noqa: N802
        """Refuse filters that are not ours."""
        if node.name not in FILTERS:
            if node.name in DROPPED_FILTERS:
                say = Phrase("the filter `{name}` cannot be used here", name=node.name)
                raise _stop(node, "MC103", say, Phrase("there are {names}", names=", ".join(sorted(FILTERS))))
            raise _unknown(node, Phrase("there is no filter `{name}`", name=node.name), FILTERS)
        return self._spread(node)

    def visit_Test(self, node: nodes.Test) -> nodes.Node:  # noqa: N802
        """Refuse tests that are not ours."""
        if node.name not in TESTS:
            raise _unknown(node, Phrase("there is no test `{name}`", name=node.name), TESTS)
        return self._spread(node)

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802
        """Weigh what a call spreads out."""
        return self._spread(node)

    def _spread(self, node: nodes.Call | nodes.Filter | nodes.Test) -> nodes.Node:
        """Weigh what `*` and `**` spread out over arguments."""
        self.generic_visit(node)
        node.dyn_args = node.dyn_args and _weighed(node.dyn_args)
        node.dyn_kwargs = node.dyn_kwargs and _weighed(node.dyn_kwargs)
        return node

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802
        """Make each loop pay for its rounds before the first."""
        self.generic_visit(node)
        node.iter = _ask("iterate", [node.iter], node)
        return node

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802
        """Weigh both sides of a comparison, which may be long lists."""
        self.generic_visit(node)
        node.expr = _weighed(node.expr)
        for operand in node.ops:
            operand.expr = _weighed(operand.expr)
        return node

    def visit_Dict(self, node: nodes.Dict) -> nodes.Node:  # noqa: N802
        """Weigh the keys of a literal mapping, which are hashed."""
        self.generic_visit(node)
        for pair in node.items:
            pair.key = _weighed(pair.key)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        """Make `~` pay for the text it makes."""
        self.generic_visit(node)
        return _ask("tied", list(node.nodes), node)

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:  # noqa: N802
        """Make slices pay for their copy."""
        self.generic_visit(node)
        if not isinstance(node.arg, nodes.Slice):
            return node
        ends = [end or nodes.Const(None) for end in (node.arg.start, node.arg.stop, node.arg.step)]
        return _ask("cut", [node.node, *ends], node)


def _ask(method: str, args: Sequence[nodes.Node], at: nodes.Node) -> nodes.Call:
    """Make a call of a method of the environment."""
    return nodes.Call(
        nodes.EnvironmentAttribute(method), cast("list[nodes.Expr]", list(args)), [], None, None, lineno=at.lineno
    )


def _weighed(expression: nodes.Expr) -> nodes.Expr:
    return expression if isinstance(expression, nodes.Const) else _ask("weighed", [expression], expression)


def _price(node: nodes.Node) -> int:
    """What running `node` once costs: its nodes, and the characters that it writes as they stand."""
    text = len(node.data) if isinstance(node, nodes.TemplateData) else 0
    return NODE_COST + text + sum(_price(child) for child in node.iter_child_nodes())


def _stop(node: nodes.Node, code: str, message: Phrase, hint: Phrase | None = None) -> TemplateStop:
    return TemplateStop(Problem(code, message, hint), node.lineno)


def _unknown(node: nodes.Node, message: Phrase, names: Any) -> TemplateStop:
    name: str = node.name  # type: ignore[attr-defined]
    near = get_close_matches(name, sorted(names), 1)
    hint = Phrase("did you mean `{name}`?", name=near[0]) if near else None
    return _stop(node, "MC101", message, hint or Phrase("there are {names}", names=", ".join(sorted(names))))
