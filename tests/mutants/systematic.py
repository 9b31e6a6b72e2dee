"""Every small change of one module, one after the other, against chosen checks; prints what survives.

Run by hand: ``python -m tests.mutants.systematic refimpl.symbolic_shapes.quotients specs/quotients.py``.
Changes comparisons, arithmetic, constants, negations, ``and``/``or``, and drops statements; the code objects of the
functions are exchanged in this process, so nothing is written.
"""

from __future__ import annotations

import ast
import copy
import importlib
import inspect
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Final

import pytest

from specs.clauses import cited
from tests import hypothesis_profile
from tests.mutants.mutant import forget_results
from tests.mutants.run_check import Noticed, run_check

__all__ = ["hypothesis_profile", "main", "mutations"]

SECONDS: Final = 20
"""A check that runs longer than this under a fault has noticed it (an endless loop)."""
_COMPARE: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_ARITHMETIC: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
}
_OBVIOUS: Final = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Return, ast.Raise, ast.Pass)


def mutations(tree: ast.Module) -> Iterator[tuple[str, ast.Module]]:
    """Each change with its description; ``tree`` is left as it is."""
    for position, node in enumerate(ast.walk(tree)):
        for kind in _kinds(node):
            changed = copy.deepcopy(tree)
            target = next(found for at, found in enumerate(ast.walk(changed)) if at == position)
            _change(target, kind)
            yield f"line {getattr(node, 'lineno', '?')}: {kind} in {ast.unparse(node).splitlines()[0][:90]}", changed


def _kinds(node: ast.AST) -> list[str]:
    match node:
        case ast.Compare(ops=[op]) if type(op) in _COMPARE:
            return ["other comparison"]
        case ast.BinOp(op=op) if type(op) in _ARITHMETIC:
            return ["other operator"]
        case ast.BoolOp():
            return ["and for or"]
        case ast.UnaryOp(op=ast.Not()):
            return ["not dropped"]
        case ast.Constant(value=bool()):
            return ["other truth"]
        case ast.Constant(value=int()):
            return ["one more"]
        case ast.FunctionDef(body=body):
            return [f"statement {index} dropped" for index in range(len(body)) if _droppable(body[index])]
        case ast.If(body=body) | ast.For(body=body) | ast.With(body=body):
            return [f"statement {index} dropped" for index in range(len(body)) if _droppable(body[index])]
        case _:
            return []


def _droppable(statement: ast.stmt) -> bool:
    is_text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return not is_text and not isinstance(statement, _OBVIOUS)


def _change(node: ast.AST, kind: str) -> None:
    match node:
        case ast.Compare(ops=[op]):
            node.ops = [_COMPARE[type(op)]()]
        case ast.BinOp(op=op):
            node.op = _ARITHMETIC[type(op)]()
        case ast.BoolOp(op=op):
            node.op = ast.Or() if isinstance(op, ast.And) else ast.And()
        case ast.UnaryOp():
            node.operand = ast.copy_location(ast.UnaryOp(ast.Not(), node.operand), node.operand)
        case ast.Constant(value=bool(value)):
            node.value = not value
        case ast.Constant(value=int(value)):
            node.value = value + 1
        case ast.FunctionDef(body=body) | ast.If(body=body) | ast.For(body=body) | ast.With(body=body):
            index = int(kind.split()[1])
            body[index] = ast.copy_location(ast.Pass(), body[index])
        case _:
            raise TypeError(kind)


def _functions(module: ModuleType) -> dict[tuple[str, int], FunctionType]:
    """The functions of a module and of its classes, by qualified name and first line."""
    found: dict[tuple[str, int], FunctionType] = {}
    owners: list[object] = [module, *(v for v in vars(module).values() if inspect.isclass(v))]
    for owner in owners:
        for value in vars(owner).values():
            inner: object = value.fget if isinstance(value, property) else value
            while (wrapped := getattr(inner, "__wrapped__", None)) is not None:
                inner = wrapped
            if isinstance(inner, FunctionType) and inner.__module__ == module.__name__:
                found[inner.__code__.co_qualname, inner.__code__.co_firstlineno] = inner
    return found


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


def _is_noticed(checks: list[str]) -> bool:
    for check in checks:
        signal.alarm(SECONDS)
        try:
            run_check(check)
        except (Exception, Noticed, BaseExceptionGroup, pytest.fail.Exception):
            return True
        finally:
            signal.alarm(0)
    return False


def _too_long(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError


def main(name: str, *files: str) -> int:
    """Try every change of a module against the checks of some chapters; the number of survivors."""
    signal.signal(signal.SIGALRM, _too_long)
    module = importlib.import_module(name)
    checks: list[str] = []
    for file in files:
        chapter = importlib.import_module(file.removesuffix(".py").replace("/", "."))
        checks += [f"{file}::{name}" for name, found in vars(chapter).items() if callable(found) and cited(found)]
    functions = _functions(module)
    assert module.__file__ is not None
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    tried = survived = 0
    for description, changed in mutations(tree):
        code = compile(changed, module.__file__, "exec")
        exchanged = [
            (function, found)
            for found in _codes(code)
            if (function := functions.get((found.co_qualname, found.co_firstlineno))) is not None
            and found != function.__code__
        ]
        if not exchanged:
            continue
        tried += 1
        originals = [(function, function.__code__) for function, _ in exchanged]
        forget_results()
        for function, found in exchanged:
            function.__code__ = found
        noticed = _is_noticed(checks)
        for function, original in originals:
            function.__code__ = original
        forget_results()
        if not noticed:
            survived += 1
            print(description, flush=True)
    print(f"{tried - survived} of {tried} changes of {name} were noticed")
    return survived


if __name__ == "__main__":
    sys.exit(min(main(*sys.argv[1:]), 1))
