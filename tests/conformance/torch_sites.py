"""Changes of a function that the systematic ones of this project's own code leave out: PyTorch has no type checker."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from tests.mutants.systematic.sites import Site

__all__ = ["more_sites"]


def more_sites(tree: ast.Module) -> Iterator[Site]:
    """Early returns, loops that end at once, arguments and operands swapped."""
    for statement in tree.body:
        for qual, function in _functions(statement, ""):
            yield from _in_body(function, "body", function.body, qual, first=True)


def _functions(node: ast.stmt, qual: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    if isinstance(node, ast.ClassDef):
        for inner in node.body:
            yield from _functions(inner, f"{qual}{node.name}.")
    elif isinstance(node, ast.FunctionDef):
        yield f"{qual}{node.name}", node


def _in_body(owner: ast.AST, field: str, body: Sequence[ast.stmt], qual: str, *, first: bool = False) -> Iterator[Site]:
    for index, statement in enumerate(body):
        lines = (statement.lineno, statement.end_lineno or statement.lineno)

        def site(kind: str, new: ast.stmt, index: int = index, statement: ast.stmt = statement) -> Site:
            return Site(
                kind, qual, statement, statement, lines, owner, field, index, statement,  # noqa: B023 - used at once
                ast.fix_missing_locations(ast.copy_location(new, statement)),
            )  # fmt: skip

        documentation = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        if not documentation and not isinstance(statement, (ast.Return, ast.Raise, ast.Import, ast.ImportFrom)):
            yield site("return", ast.Return(None))
        if isinstance(statement, (ast.Continue, ast.Break)):
            yield site("loop", ast.Break() if isinstance(statement, ast.Continue) else ast.Continue())
        if isinstance(statement, ast.FunctionDef):
            yield from _in_body(statement, "body", statement.body, f"{qual}.<locals>.{statement.name}")
            continue
        yield from _swaps(statement, qual, lines)
        for name in ("body", "orelse", "finalbody"):
            inner = getattr(statement, name, None)
            if inner:
                yield from _in_body(statement, name, inner, qual)


def _swaps(statement: ast.stmt, qual: str, lines: tuple[int, int]) -> Iterator[Site]:
    """Within the expressions of the statement itself."""
    for child in ast.iter_child_nodes(statement):
        if not isinstance(child, (ast.stmt, ast.excepthandler)):
            for node in ast.walk(child):
                yield from _swap(node, statement, qual, lines)


def _swap(node: ast.AST, within: ast.stmt, qual: str, lines: tuple[int, int]) -> Iterator[Site]:
    match node:
        case ast.Call(args=[one, other, *rest]) if not isinstance(one, ast.Starred) and ast.dump(one) != ast.dump(
            other
        ):
            yield Site("swap", qual, node, within, lines, node, "args", None, node.args, [other, one, *rest])
        case ast.BinOp(op=ast.Sub() | ast.Div() | ast.FloorDiv() | ast.Mod(), left=left, right=right):
            new = ast.copy_location(ast.BinOp(right, node.op, left), node)
            yield Site("swap", qual, node, within, lines, node, "__dict__", None, node.__dict__, new.__dict__)
        case ast.Attribute(attr="lower" | "upper" as attr):
            other_end = "upper" if attr == "lower" else "lower"
            yield Site("end", qual, node, within, lines, node, "attr", None, attr, other_end)
        case ast.Tuple(elts=[one, other], ctx=ast.Load()):
            yield Site("swap", qual, node, within, lines, node, "elts", None, node.elts, [other, one])
        case _:
            pass
