"""Where a module can be changed: a field of a node of its tree and what stands there instead."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeGuard, final

__all__ = ["Site", "sites"]

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
_OPERATORS: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.BitXor: ast.BitOr,
}
_OPPOSITE: Final = {"min": "max", "max": "min", "any": "all", "all": "any"}
_NO_CODE: Final = frozenset(("__all__", "__slots__", "__match_args__", "__hash__"))
_NO_VALUES: Final = frozenset(("TypeVar", "ParamSpec", "NewType", "assert_never"))


def _is_list(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)


@final
@dataclass(frozen=True, slots=True)
class Site:
    """``owner.field``, or its element ``index``, is ``old`` and becomes ``new``.

    ``around`` is the expression or statement that a reader is shown, ``within`` the statement that it is a part of.
    """

    kind: str
    qualname: str
    around: ast.AST
    within: ast.stmt
    lines: tuple[int, int]
    owner: ast.AST
    field: str
    index: int | None
    old: object
    new: object

    def put(self, value: object) -> None:
        """Make it stand there."""
        if self.index is None:
            setattr(self.owner, self.field, value)
        else:
            getattr(self.owner, self.field)[self.index] = value


def sites(tree: ast.Module, *, texts: bool) -> Iterator[Site]:
    """Every place of a module, in the order of its text; ``texts``: also constants that are sentences."""
    yield from _Walk(texts).statements(tree, "body", tree.body, "", None)


class _Walk:
    """``bound`` are the names that a statement finds bound in its function, None outside of functions."""

    def __init__(self, texts: bool) -> None:
        self._texts = texts

    def statements(
        self, owner: ast.AST, field: str, body: Sequence[ast.stmt], qual: str, bound: frozenset[str] | None
    ) -> Iterator[Site]:
        alone = isinstance(owner, ast.If) and field == "body" and len(body) == 1 and not owner.orelse
        for index, statement in enumerate(body):
            nested = isinstance(owner, (ast.If, ast.For, ast.While))
            if bound is not None and not alone and _is_droppable(statement, bound, nested=nested):
                new = ast.copy_location(ast.Pass(), statement)
                lines = (statement.lineno, statement.end_lineno or statement.lineno)
                yield Site("drop", qual, statement, statement, lines, owner, field, index, statement, new)
            self._within: ast.stmt = statement
            yield from self._statement(statement, qual, bound)
            if bound is not None:
                bound |= _stored(statement)

    def _statement(self, node: ast.stmt, qual: str, bound: frozenset[str] | None) -> Iterator[Site]:
        match node:
            case ast.FunctionDef(name=name, body=body):
                yield from self._expressions([*node.args.defaults, *filter(None, node.args.kw_defaults)], qual)
                parameters = frozenset(found.arg for found in ast.walk(node.args) if isinstance(found, ast.arg))
                yield from self.statements(node, "body", body, _join(qual, name), parameters | (bound or frozenset()))
            case ast.ClassDef(name=name, body=body):
                yield from self.statements(node, "body", body, _join(qual, name), None)
            case ast.Import() | ast.ImportFrom() | ast.Assert():
                pass
            case ast.AnnAssign(annotation=annotation, value=value):
                if value is not None and "TypeAlias" not in ast.unparse(annotation) and not _names_no_code(node.target):
                    yield from self._expression(value, qual)
            case ast.Assign(targets=targets, value=value):
                if not any(map(_names_no_code, targets)):
                    yield from self._expressions([*targets, value], qual)
            case ast.Raise(exc=raised):
                if raised is not None:
                    yield from (s for s in self._expression(raised, qual) if not isinstance(s.old, str))
            case ast.If(test=test) if "TYPE_CHECKING" in ast.unparse(test):
                pass
            case ast.Expr(value=ast.Constant()):
                pass
            case _:
                yield from self._other(node, qual, bound)

    def _other(self, node: ast.AST, qual: str, bound: frozenset[str] | None) -> Iterator[Site]:
        """A statement of statements and expressions."""
        if isinstance(node, (ast.If, ast.While)):
            yield from self._negated(node, "test", None, node.test, qual)
        if isinstance(node, ast.match_case) and node.guard is not None:
            yield from self._negated(node, "guard", None, node.guard, qual)
        if isinstance(node, ast.AugAssign) and type(node.op) in _OPERATORS:
            yield self._site("operator", qual, node, node, "op", None, node.op, _OPERATORS[type(node.op)]())
        for field, value in ast.iter_fields(node):
            items: list[object] = list(value) if _is_list(value) else [value]
            statements = [item for item in items if isinstance(item, ast.stmt)]
            if statements:
                yield from self.statements(node, field, statements, qual, bound)
            else:
                for item in items:
                    yield from self._part(item, qual, bound)

    def _part(self, item: object, qual: str, bound: frozenset[str] | None) -> Iterator[Site]:
        if isinstance(item, (ast.match_case, ast.ExceptHandler, ast.withitem, ast.pattern)):
            yield from self._other(item, qual, bound)
        elif isinstance(item, ast.expr):
            yield from self._expression(item, qual)

    def _expressions(self, nodes: Sequence[ast.expr], qual: str) -> Iterator[Site]:
        for node in nodes:
            yield from self._expression(node, qual)

    def _expression(self, node: ast.AST, qual: str) -> Iterator[Site]:
        match node:
            case ast.Compare(ops=ops):
                for index, op in enumerate(ops):
                    yield self._site("compare", qual, node, node, "ops", index, op, _COMPARE[type(op)]())
            case ast.BinOp(op=op) if type(op) in _OPERATORS:
                yield self._site("operator", qual, node, node, "op", None, op, _OPERATORS[type(op)]())
            case ast.BoolOp(op=op, values=values):
                yield self._site("connective", qual, node, node, "op", None, op, _other_connective(op))
                for index, value in enumerate(values):
                    neutral = ast.copy_location(ast.Constant(isinstance(op, ast.And)), value)
                    yield self._site("operand", qual, node, node, "values", index, value, neutral)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                yield self._site("not", qual, node, node, "operand", None, operand, _not(operand))
            case ast.UnaryOp(op=ast.USub() as op):
                yield self._site("sign", qual, node, node, "op", None, op, ast.UAdd())
            case ast.Constant(value=value):
                changed = self._constant(value)
                if changed is not None:
                    yield self._site("constant", qual, node, node, "value", None, value, changed)
            case ast.Call(func=ast.Name(id=name) as func):
                if name in _NO_VALUES:
                    return
                if name in _OPPOSITE:
                    yield self._site("opposite", qual, node, func, "id", None, name, _OPPOSITE[name])
            case ast.IfExp(test=test):
                yield from self._negated(node, "test", None, test, qual)
            case ast.comprehension(ifs=ifs):
                for index, condition in enumerate(ifs):
                    yield from self._negated(node, "ifs", index, condition, qual)
            case _:
                pass
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, (ast.expr_context, ast.arguments)):
                is_text = isinstance(node, ast.JoinedStr) and isinstance(child, ast.Constant)
                if not is_text:
                    yield from self._expression(child, qual)

    def _constant(self, value: object) -> object:
        match value:
            case bool():
                return not value
            case int() | float():
                return value + 1
            case str() if value and (self._texts or not any(letter.isspace() for letter in value)):
                return value + "~"
            case _:
                return None

    def _site(
        self,
        kind: str,
        qual: str,
        around: ast.expr | ast.AugAssign,
        owner: ast.AST,
        field: str,
        index: int | None,
        old: object,
        new: object,
    ) -> Site:
        lines = (around.lineno, around.end_lineno or around.lineno)
        return Site(kind, qual, around, self._within, lines, owner, field, index, old, new)

    def _negated(self, owner: ast.AST, field: str, index: int | None, test: ast.expr, qual: str) -> Iterator[Site]:
        """A condition that is no comparison, connective or negation (these have changes of their own)."""
        if not isinstance(test, (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Constant)):
            yield self._site("condition", qual, test, owner, field, index, test, _not(test))


def _not(operand: ast.expr) -> ast.expr:
    return ast.copy_location(ast.UnaryOp(ast.Not(), operand), operand)


def _other_connective(op: ast.boolop) -> ast.boolop:
    return ast.Or() if isinstance(op, ast.And) else ast.And()


def _join(qual: str, name: str) -> str:
    return f"{qual}.{name}" if qual else name


def _names_no_code(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and target.id in _NO_CODE


def _stored(statement: ast.stmt) -> frozenset[str]:
    return frozenset(n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))


def _is_droppable(statement: ast.stmt, bound: frozenset[str], *, nested: bool) -> bool:
    match statement:
        case ast.FunctionDef() | ast.ClassDef() | ast.Import() | ast.ImportFrom() | ast.Pass() | ast.Assert():
            return False
        case ast.Match() | ast.Expr(value=ast.Constant()) | ast.AnnAssign(value=None):
            return False
        case ast.Expr(value=ast.Call(func=ast.Name(id="assert_never"))):
            return False
        case ast.Return():
            return nested
        case ast.Assign(targets=targets):
            return not any(_is_new(target, bound) for target in targets)
        case ast.AnnAssign(target=target):
            return not _is_new(target, bound)
        case _:
            return True


def _is_new(target: ast.expr, bound: frozenset[str]) -> bool:
    """Whether it binds a name for the first time: without that, whatever reads the name raises."""
    names = target.elts if isinstance(target, ast.Tuple) else [target]
    return any(isinstance(name, ast.Name) and name.id not in bound for name in names)
