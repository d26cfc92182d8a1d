"""An IPython extension: a failed `assert` of a cell can say what it compared.

IPython does not rewrite asserts as pytest does. Here each operand is evaluated once,
where it stands, and passes through a function that remembers it until the assert has
passed. Nothing is evaluated again, and neither the exception nor its traceback changes.
"""

import ast
import builtins
from reprlib import Repr
from typing import Any

SEEN, PASSED = "__wslab_seen__", "__wslab_passed__"
WIDTH = 200  # characters of a shown value

_open: dict[range, dict[str, object]] = {}
"""The operands of asserts that have not passed: by lines of the cell, then by text."""

_repr = Repr()
_repr.maxstring = _repr.maxother = _repr.maxlong = WIDTH
_repr.maxlist = _repr.maxtuple = _repr.maxdict = _repr.maxset = 20


def load_ipython_extension(shell: Any) -> None:
    """Remember operands from now on."""
    setattr(builtins, SEEN, _seen)
    setattr(builtins, PASSED, _passed)
    shell.ast_transformers.append(_Instrument())
    shell.events.register("pre_run_cell", lambda *_: _open.clear())


def values(line: int) -> list[str]:
    """Return what the failed assert around a line of a cell compared, an operand each.

    A traceback names one of the assert's lines, and Python's versions differ in which.
    """
    seen = (operands for lines, operands in _open.items() if line in lines)
    return [f"{text} = {_repr.repr(it)}" for text, it in next(seen, {}).items()]


def _seen(first: int, last: int, text: str, value: object) -> object:
    _open.setdefault(range(first, last + 1), {})[text] = value
    return value


def _passed(first: int, last: int) -> None:
    _open.pop(range(first, last + 1), None)


class _Instrument(ast.NodeTransformer):
    """Leave the operands of every assert, and a mark behind it that it has passed."""

    def visit_Assert(self, node: ast.Assert) -> list[ast.stmt]:
        lines = (node.lineno, node.end_lineno or node.lineno)
        node.test = _operands(node.test, lines)
        passed = ast.Expr(_call(PASSED, *_constants(*lines)))
        ast.copy_location(passed, node)
        return [node, ast.fix_missing_locations(passed)]


def _operands(test: ast.expr, lines: tuple[int, int]) -> ast.expr:
    """Return an assert's test, what it compares remembered as it is evaluated."""
    match test:
        case ast.BoolOp():
            test.values = [_operands(it, lines) for it in test.values]
        case ast.UnaryOp(op=ast.Not()):
            test.operand = _operands(test.operand, lines)
        case ast.Compare():
            test.left = _remembered(test.left, lines)
            test.comparators = [_remembered(it, lines) for it in test.comparators]
        case _:
            return _remembered(test, lines)
    return test


def _remembered(value: ast.expr, lines: tuple[int, int]) -> ast.expr:
    plain = all(isinstance(it, ast.Constant | ast.expr_context) for it in _parts(value))
    if plain:
        return value
    text = ast.unparse(value)
    call = _call(SEEN, *_constants(*lines, text), value)
    return ast.fix_missing_locations(ast.copy_location(call, value))


def _parts(value: ast.expr) -> list[ast.AST]:
    """Return the nodes of an expression, without those that only collect others."""
    collects = ast.Tuple | ast.List | ast.Set | ast.Dict
    return [it for it in ast.walk(value) if not isinstance(it, collects)]


def _constants(*values: int | str) -> list[ast.expr]:
    return [ast.Constant(it) for it in values]


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])
