"""What a cell does with the names of a notebook, read off its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache

LOOKS = {"trace", "errors"}
"""Attributes of a server that tell what was done with it."""

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass
class Names:
    """What a cell does with global names.

    Attributes:
        loads: what it loads and has not bound before.
        later: what the functions load that it defines.
        binds: what it binds.
        touches: whose objects it changes: sets an attribute or an item of one, calls a
            method of one as a statement, or decorates something with one.
        touches_later: whose objects the functions change that it defines.
        looks: at whose trace or errors it looks.
        calls: whether it uses a function that it defines.
        binds_all: whether it has an `import *`.
    """

    loads: set[str] = field(default_factory=set)
    later: set[str] = field(default_factory=set)
    binds: set[str] = field(default_factory=set)
    touches: set[str] = field(default_factory=set)
    touches_later: set[str] = field(default_factory=set)
    looks: set[str] = field(default_factory=set)
    calls: bool = False
    binds_all: bool = False


@lru_cache(maxsize=1024)
def names_of(source: str) -> Names | None:
    """Return what a cell does with names, None if it is no Python.

    It is kept, since what a cell needs is asked for each cell of a chapter; nobody may
    change it.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return None
    reader = _Reader()
    reader.visit(tree)
    reader.names.later -= reader.names.binds
    return reader.names


class _Reader(ast.NodeVisitor):
    """Visits a cell's nodes in the order in which they are executed."""

    def __init__(self) -> None:
        self.names = Names()
        self._scopes: list[set[str]] = []  # the local names of those around
        self._depth = 0  # functions around
        self._functions: set[str] = set()

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self._load(node.id)
        elif isinstance(node.ctx, ast.Store):
            self._bind(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        root = _root(node)
        if node.attr in LOOKS and root and self._is_global(root):
            self.names.looks.add(root)
        self._visit_part(node, node.value)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self._visit_part(node, node.value)
        self.visit(node.slice)

    def _visit_part(self, node: ast.Attribute | ast.Subscript, of: ast.expr) -> None:
        if not isinstance(node.ctx, ast.Load):
            self._touch(node)
        self.visit(of)

    def visit_Expr(self, node: ast.Expr) -> None:
        call = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            self._touch(call.func)
        self.visit(node.value)

    def visit_Assign(self, node: ast.Assign) -> None:
        self._visit_all((node.value, *node.targets))

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self._load(node.target.id)
        self._visit_all((node.value, node.target))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._visit_all((node.annotation, node.value))
        if node.value is not None or not isinstance(node.target, ast.Name):
            self.visit(node.target)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self._visit_all((node.value, node.target))

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self._visit_all((node.iter, node.target, *node.body, *node.orelse))

    visit_AsyncFor = visit_For

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._bind(alias.asname or alias.name.partition(".")[0])

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name == "*":
                self.names.binds_all = True
            else:
                self._bind(alias.asname or alias.name)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        self._visit_all((node.type,))
        if node.name:
            self._bind(node.name)
        self._visit_all(node.body)

    def generic_visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.MatchAs | ast.MatchStar) and node.name:
            self._bind(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            self._bind(node.rest)
        super().generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._decorate(node.decorator_list)
        self._visit_all((*node.bases, *node.keywords))
        with self._scope(set(_bound(node.body))):
            self._visit_all(node.body)
        self._bind(node.name)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._decorate(node.decorator_list)
        self._visit_all((node.returns, *_evaluated(node.args)))
        if not self._scopes:
            self._functions.add(node.name)
        self._bind(node.name)
        with self._function(node.args, node.body):
            self._visit_all(node.body)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._visit_all(_evaluated(node.args))
        with self._function(node.args, []):
            self.visit(node.body)

    def visit_ListComp(self, node: Comprehension) -> None:
        with self._scope({name for it in node.generators for name in _bound([it])}):
            for generator in node.generators:
                self._visit_all((generator.iter, *generator.ifs))
            if isinstance(node, ast.DictComp):
                self._visit_all((node.key, node.value))
            else:
                self.visit(node.elt)

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp

    def _visit_all(self, nodes: Iterable[ast.AST | None]) -> None:
        for node in nodes:
            if node is not None:
                self.visit(node)

    def _decorate(self, decorators: Iterable[ast.expr]) -> None:
        for decorator in decorators:
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            if isinstance(called, ast.Attribute):
                self._touch(called)
            self.visit(decorator)

    @contextmanager
    def _scope(self, names: set[str]) -> Iterator[None]:
        self._scopes.append(names)
        yield
        self._scopes.pop()

    @contextmanager
    def _function(self, args: ast.arguments, body: list[ast.stmt]) -> Iterator[None]:
        parameters = {it.arg for it in ast.walk(args) if isinstance(it, ast.arg)}
        nodes = [it for statement in body for it in ast.walk(statement)]
        theirs = {
            name for it in nodes if isinstance(it, ast.Global) for name in it.names
        }
        self._depth += 1
        with self._scope(parameters | set(_bound(body)) - theirs):
            yield
        self._depth -= 1

    def _is_global(self, name: str) -> bool:
        return not any(name in scope for scope in self._scopes)

    def _load(self, name: str) -> None:
        if not self._is_global(name):
            return
        if self._depth:
            self.names.later.add(name)
        elif name in self._functions:
            self.names.calls = True
        elif name not in self.names.binds:
            self.names.loads.add(name)

    def _bind(self, name: str) -> None:
        if self._is_global(name) and not self._depth:
            self.names.binds.add(name)
        elif self._is_global(name):  # declared so
            self.names.touches_later.add(name)

    def _touch(self, node: ast.expr) -> None:
        root = _root(node)
        if root and self._is_global(root):
            names = self.names
            (names.touches_later if self._depth else names.touches).add(root)


def _root(node: ast.expr) -> str | None:
    """Return the name at the beginning of a chain of attributes, items and calls."""
    while True:
        match node:
            case ast.Name(name):
                return name
            case ast.Attribute(of) | ast.Subscript(of) | ast.Call(of) | ast.Await(of):
                node = of
            case _:
                return None


def _evaluated(args: ast.arguments) -> Iterator[ast.expr]:
    """Yield what is evaluated of parameters where the function is defined."""
    yield from args.defaults
    yield from (it for it in args.kw_defaults if it is not None)
    for node in ast.walk(args):
        if isinstance(node, ast.arg) and node.annotation is not None:
            yield node.annotation


def _bound(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the names that nodes bind in their own scope."""
    for node in nodes:
        match node:
            case ast.Name(name, ast.Store() | ast.Del()):
                yield name
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
                continue
            case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp():
                continue
            case ast.GeneratorExp():
                continue
            case ast.Import() | ast.ImportFrom():
                for alias in node.names:
                    yield alias.asname or alias.name.partition(".")[0]
            case ast.ExceptHandler() | ast.MatchAs() | ast.MatchStar() if node.name:
                yield node.name
            case ast.MatchMapping() if node.rest:
                yield node.rest
        yield from _bound(ast.iter_child_nodes(node))
