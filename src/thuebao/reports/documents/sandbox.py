"""The few words of Jinja that a template may use, checked before any of it runs: fields, lists, conditions, filters.

What it may not say it cannot do: no call, no arithmetic and no loop in a loop, so that it ends soon, and no attribute
but the fields there are. Jinja's own sandbox runs below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from thuebao.base.errors import UsageError
from thuebao.base.nearest import hint
from thuebao.reports.documents.content import MOST_ROWS
from thuebao.reports.documents.fields import Listing, Row, fields_of

FILTERS = ("capitalize", "count", "default", "first", "join", "last", "length", "lower", "title", "trim", "upper")
_OF_LISTS = ("count", "length")
_LOOP: Row = dict.fromkeys(("first", "index", "index0", "last", "length", "revindex"))
_LONGEST_VALUE = 1024
"""Bytes that a field is taken to be long."""
_MOST_OUTPUT = 64 << 20
_NEAR = 80
Field = Row | Listing | None
Scope = Mapping[str, Field]


class Fields(ImmutableSandboxedEnvironment):
    """The environment in which a template at `path` is filled. Raises UsageError for what has no place in it."""

    def __init__(self, path: Path) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined)
        self._path = path
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in FILTERS}
        self.tests.clear()

    def from_string(self, source: Any, globals: Any = None, template_class: Any = None) -> Any:  # noqa: A002
        """Return a template, each part of it checked."""
        try:
            tree = self.parse(source)
        except TemplateSyntaxError as error:
            line = re.sub("<[^>]*>", "", source.splitlines()[error.lineno - 1])
            self._refuse("template_syntax", reason=error.message, near=line.strip()[:_NEAR])
        if self._size(tree.body, fields_of()) > _MOST_OUTPUT:
            self._refuse("template_too_long", limit=f"{_MOST_OUTPUT >> 20} MiB")
        return super().from_string(source, globals, template_class)

    def _size(self, body: Iterable[nodes.Node], scope: Scope, *, repeated: bool = False) -> int:
        """Return how long what some nodes write is at most."""
        size = 0
        for node in body:
            if isinstance(node, nodes.Output):
                size += sum(self._written(one, scope) for one in node.nodes)
            elif isinstance(node, nodes.If):
                self._field(node.test, scope)
                for some in (node.body, node.elif_, node.else_):
                    size += self._size(some, scope, repeated=repeated)
            elif isinstance(node, nodes.For) and isinstance(node.target, nodes.Name):
                if repeated:
                    self._refuse("template_nested", field=_said(node.iter))
                listing = None if node.test or node.recursive else self._field(node.iter, scope)
                if not isinstance(listing, Listing):
                    self._no_list(node.iter, scope)
                inner = {**scope, node.target.name: listing.of, "loop": _LOOP}
                size += MOST_ROWS * self._size(node.body, inner, repeated=True)
                size += self._size(node.else_, scope, repeated=True)
            else:
                self._no_place(node)
        return size

    def _written(self, node: nodes.Expr, scope: Scope) -> int:
        if isinstance(node, nodes.TemplateData):
            return len(node.data)
        if self._field(node, scope) is not None:
            self._refuse("template_list", field=_said(node))
        return _LONGEST_VALUE

    def _field(self, node: nodes.Node, scope: Scope) -> Field:
        """Return what an expression stands for: a value (None), a row or a list."""
        if isinstance(node, nodes.Name):
            return self._known(node.name, scope, node.name)
        if isinstance(node, nodes.Getattr):
            row = self._field(node.node, scope)
            return self._known(node.attr, row, _said(node)) if isinstance(row, Mapping) else self._no_place(node)
        if isinstance(node, nodes.Filter) and node.name in FILTERS and node.node is not None:
            if (
                node.kwargs
                or node.dyn_args
                or node.dyn_kwargs
                or not all(isinstance(a, nodes.Const) for a in node.args)
            ):
                self._no_place(node)
            field = self._field(node.node, scope)
            if isinstance(field, Listing) and field.of is not None and node.name not in _OF_LISTS:
                self._no_place(node)
            return None
        if isinstance(node, nodes.Compare):
            self._all((node.expr, *(operand.expr for operand in node.ops)), scope)
        elif isinstance(node, nodes.And | nodes.Or):
            self._all((node.left, node.right), scope)
        elif isinstance(node, nodes.Not):
            self._all((node.node,), scope)
        elif isinstance(node, nodes.CondExpr):
            self._field(node.test, scope)
            for either in filter(None, (node.expr1, node.expr2)):
                self._written(either, scope)
        elif not isinstance(node, nodes.Const):
            self._no_place(node)
        return None

    def _all(self, some: Iterable[nodes.Expr], scope: Scope) -> None:
        for node in some:
            self._field(node, scope)

    def _known(self, name: str, scope: Scope, said: str) -> Field:
        if name not in scope:
            self._refuse("template_field", field=said, hint=hint(name, scope), known=", ".join(scope))
        return scope[name]

    def _no_list(self, node: nodes.Node, scope: Scope) -> NoReturn:
        lists = [name for name, field in scope.items() if isinstance(field, Listing)]
        said = _said(node)
        self._refuse("template_no_list", field=said, hint=hint(said, lists), known=", ".join(lists))

    def _no_place(self, node: nodes.Node) -> NoReturn:
        self._refuse("template_construct", construct=_said(node), filters=", ".join(FILTERS))

    def _refuse(self, key: str, **values: object) -> NoReturn:
        raise UsageError(key, path=self._path, **values)


def _said(node: nodes.Node) -> str:
    """Return how a template writes a field; of anything else, what kind of thing it is."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        return f"{_said(node.node)}.{node.attr}" if isinstance(node.node, nodes.Name) else f".{node.attr}"
    if isinstance(node, nodes.Filter):
        return f"| {node.name}"
    return type(node).__name__.lower()
