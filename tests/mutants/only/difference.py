"""Where two texts of one function differ: the outermost expression that may be evaluated twice, or a statement."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias, final

from refimpl.symbolic_shapes.structures import is_list

__all__ = ["Difference", "InArguments", "InExpression", "InStatement", "difference", "is_plain"]


@final
@dataclass(frozen=True, slots=True)
class InExpression:
    """``old``, which stands in a field of ``parent``, has become ``new``.

    Neither does anything but compute its value, by the words that it is written with. ``asked``: only its truth
    matters; ``walked``: only its members matter, as nothing else has the list or mapping, or it is only gone through.
    """

    parent: ast.AST
    field: str
    old: ast.expr
    new: ast.expr
    asked: bool
    walked: bool


@final
@dataclass(frozen=True, slots=True)
class InStatement:
    """The statements of ``body`` are the same up to ``before``; all are, if it is None, and others follow."""

    body: list[ast.stmt]
    before: ast.stmt | None


@final
@dataclass(frozen=True, slots=True)
class InArguments:
    """A call may do anything, and is called with other arguments; what these are is only computed."""

    old: ast.Call
    new: ast.Call


Difference: TypeAlias = InExpression | InArguments | InStatement

_FUNCTIONS: Final = """
abs all any bool dict enumerate float frozenset getattr int isinstance len list max min range repr reversed round set
sorted str sum tuple type zip
FloatRange ValueRange add as_text cond eq first_fresh float_eq float_le float_lt float_ne free_of ge int_max int_min
is_condition is_custom_name is_dict is_list is_tuple is_unbacked key_of land last_uses le lnot lor lt mod monomial
name_of ne of_atom scale scope_of sort_name substitute to_cond to_dim to_real to_text under
_bare _breaks_machine_integers _dim _divisors _equal_names _graph_of _has_infinity _is_past _number _of_sort
_runs_effects
"""
_METHODS: Final = """
__get__ bit_length copysign count crc32 endswith filed get hypotheses intersect is_backed is_fresh is_impure isdisjoint
is_size_like issubset issuperset items join keys known may_rename name_of process_inputs resolve rpartition split
startswith union values _has_infinity
"""
_PLAIN_FUNCTIONS: Final = frozenset(_FUNCTIONS.split())
_PLAIN_METHODS: Final = frozenset(_METHODS.split())
"""What is called by these names changes nothing that a check could tell, whichever of that name it is."""
_MADE: Final = (ast.List, ast.ListComp, ast.Dict, ast.DictComp)
_NO_PLACE: Final = (ast.JoinedStr, ast.FormattedValue, ast.MatchValue, ast.MatchMapping, ast.MatchClass)


@final
@dataclass(frozen=True, slots=True)
class _Step:
    """One step down from a node: the nodes that stand in a field of ``parent``, and the list that they stand in."""

    parent: ast.AST
    field: str
    old: ast.AST
    new: ast.AST
    body: list[ast.stmt]


def difference(old: ast.AST, new: ast.AST) -> Difference | None:
    """Where two functions differ; None if they do in what no statement does."""
    steps = list(_down(old, new))
    for step in steps:
        if _may_be_compared(step) and isinstance(step.old, ast.expr) and isinstance(step.new, ast.expr):
            return InExpression(step.parent, step.field, step.old, step.new, _asked(step), _walked(step))
    for step in steps:
        if isinstance(step.old, ast.Call) and isinstance(step.new, ast.Call) and _may_be_called(step.old, step.new):
            return InArguments(step.old, step.new)
    end = steps[-1] if steps else None
    lists = _bodies(end.old, end.new) if end else _bodies(old, new)
    if lists is not None:
        before, after = lists
        differing = (left for left, right in zip(before, after, strict=False) if not _same(left, right))
        return InStatement(before, next(differing, before[len(after)] if len(before) > len(after) else None))
    for step in reversed(steps):
        if isinstance(step.old, ast.stmt):
            return InStatement(step.body, step.old)
    return None


def _may_be_compared(step: _Step) -> bool:
    return (
        not isinstance(step.parent, _NO_PLACE)
        and not isinstance(step.old, (ast.GeneratorExp, ast.Starred, ast.Slice, ast.JoinedStr))
        and isinstance(getattr(step.old, "ctx", ast.Load()), ast.Load)
        and is_plain(step.old)
        and is_plain(step.new)
    )


def _may_be_called(old: ast.Call, new: ast.Call) -> bool:
    arguments = (*old.args, *new.args, *(keyword.value for call in (old, new) for keyword in call.keywords))
    return _same(old.func, new.func) and all(map(is_plain, arguments))


def is_plain(node: ast.AST) -> bool:
    """Whether it only computes a value: what it calls is known to change nothing."""
    for found in ast.walk(node):
        if isinstance(found, (ast.Await, ast.NamedExpr, ast.Yield, ast.YieldFrom)):
            return False
        if isinstance(found, ast.Call):
            match found.func:
                case ast.Name(id=name) if name in _PLAIN_FUNCTIONS:
                    continue
                case ast.Attribute(attr=name) if name in _PLAIN_METHODS:
                    continue
                case _:
                    return False
    return True


def _down(old: ast.AST, new: ast.AST) -> Iterator[_Step]:
    """From node to node, while exactly one differs."""
    while True:
        found = [step for step in _fields(old, new) if step is None or not _same(step.old, step.new)]
        if len(found) != 1 or found[0] is None:
            return
        yield found[0]
        old, new = found[0].old, found[0].new
        if type(old) is not type(new):
            return


def _fields(old: ast.AST, new: ast.AST) -> Iterator[_Step | None]:
    """The pairs of nodes below; None for what differs and is none."""
    for field in old._fields:
        left: object = getattr(old, field)
        right: object = getattr(new, field)
        if isinstance(left, ast.AST) and isinstance(right, ast.AST):
            yield _Step(old, field, left, right, [])
        elif is_list(left) and is_list(right) and len(left) == len(right):
            body: list[ast.stmt] = getattr(old, field)  # of statements, where a statement differs
            for one, other in zip(left, right, strict=True):
                if isinstance(one, ast.AST) and isinstance(other, ast.AST):
                    yield _Step(old, field, one, other, body)
                elif one != other:
                    yield None
        elif left != right:
            yield None


def _bodies(old: ast.AST, new: ast.AST) -> tuple[list[ast.stmt], list[ast.stmt]] | None:
    """The bodies that differ, if nothing else of the two nodes does."""
    if type(old) is not type(new):
        return None
    differing = [field for field in old._fields if not _same_field(getattr(old, field), getattr(new, field))]
    if len(differing) != 1:
        return None
    before: object = getattr(old, differing[0])
    after: object = getattr(new, differing[0])
    if not is_list(before) or not is_list(after) or not all(isinstance(item, ast.stmt) for item in (*before, *after)):
        return None
    left: list[ast.stmt] = getattr(old, differing[0])
    right: list[ast.stmt] = getattr(new, differing[0])
    return (left, right) if left else None


def _same_field(left: object, right: object) -> bool:
    if isinstance(left, ast.AST) and isinstance(right, ast.AST):
        return _same(left, right)
    if is_list(left) and is_list(right):
        return len(left) == len(right) and all(map(_same_field, left, right))
    return left == right


def _same(left: ast.AST, right: ast.AST) -> bool:
    return ast.dump(left) == ast.dump(right)


def _walked(step: _Step) -> bool:
    if isinstance(step.old, _MADE) and isinstance(step.new, _MADE):
        return True
    match step.parent:
        case ast.For() | ast.comprehension():
            return step.field == "iter"
        case ast.Starred():
            return True
        case ast.Call(func=ast.Name(id="tuple" | "sorted" | "frozenset" | "any" | "all")):
            return step.field == "args"
        case ast.Call(func=ast.Attribute(attr="extend" | "update" | "join")):
            return step.field == "args"
        case _:
            return False


def _asked(step: _Step) -> bool:
    match step.parent:
        case ast.If() | ast.While() | ast.IfExp():
            return step.field == "test"
        case ast.comprehension():
            return step.field == "ifs"
        case ast.UnaryOp(op=ast.Not()):
            return True
        case _:
            return False
