"""Which faults give a run anything else than what it has: all are looked at in one run, and none of them is planted.

Where a fault changes an expression, the changed one is evaluated too, and the two values are compared: a run in which
they never differ is the same with the fault. Where it changes more, it counts as different as soon as that runs.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import CodeType, FunctionType, MethodType
from typing import Final, TypeVar, final

from refimpl.symbolic_shapes.structures import is_dict, is_list, is_tuple
from tests.mutants.mutant import Mutant, code_of, forget_results, function_at, resolve
from tests.mutants.only.difference import Difference, InArguments, InExpression, difference

__all__ = ["Probes"]

Value = TypeVar("Value")
_NAME: Final = "probe_of_faults"
_PLAIN: Final = (bool, int, str, bytes, float, type(None))


@final
class _Seen:
    """What a run shows of each fault; the changed code calls it."""

    def __init__(self) -> None:
        self.different: set[int] = set()
        self.pending: dict[int, int] = {}

    def ran(self, fault: int) -> None:
        """What the fault changes runs."""
        self.different.add(fault)

    def enter(self, fault: int) -> int:
        """The expression is evaluated next, and may raise."""
        self.pending[fault] = self.pending.get(fault, 0) + 1
        return fault

    def compare(self, fault: int, value: Value, other: Callable[[], object], kind: str) -> Value:
        """The value that the expression has, compared with the one that it would have."""
        self.pending[fault] -= 1
        if fault not in self.different:
            try:
                changed = other()
                same = _same(value, changed) or (kind == "asked" and _as_true(value, changed))
                same = same or (kind == "walked" and _walked_alike(value, changed))
            except BaseException:  # the changed expression may raise anything
                same = False
            if not same:
                self.different.add(fault)
        return value

    def found(self) -> set[int]:
        """The faults that make a difference: also those where the expression raised."""
        return self.different | {fault for fault, count in self.pending.items() if count}


def _same(one: object, other: object) -> bool:
    """Whether nothing can tell the two values apart, as far as this is known."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, _PLAIN):
        return repr(one) == repr(other)
    if is_tuple(one) and is_tuple(other):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, MethodType) and isinstance(other, MethodType):
        return one.__self__ is other.__self__ and one.__func__ is other.__func__
    if is_dataclass(one) and is_dataclass(other) and _is_frozen(type(one)):
        return all(_same(getattr(one, f.name), getattr(other, f.name)) for f in fields(one))
    return False


def _is_frozen(kind: type) -> bool:
    return getattr(kind, "__setattr__") is not object.__setattr__  # noqa: B009 - a dataclass that is frozen has its own


def _walked_alike(one: object, other: object) -> bool:
    """Whether going through two lists, or two mappings, gives the same."""
    if is_list(one) and is_list(other):
        return _same(tuple(one), tuple(other))
    if is_dict(one) and is_dict(other):
        return _same(tuple(one.items()), tuple(other.items()))
    if isinstance(one, range) and isinstance(other, range):
        return one == other
    return False


def _as_true(one: object, other: object) -> bool:
    """Whether a condition takes both alike."""
    known = (*_PLAIN, tuple, list, dict, set, frozenset)
    return type(one) in known and type(other) in known and bool(one) is bool(other)


@final
class Probes:
    """The code of the functions that faults change, made to look at them."""

    def __init__(self, faults: Iterable[Mutant]) -> None:
        self.faults = tuple(faults)
        self.everywhere: set[int] = set()
        """Those that no function carries, or whose edit changes more than statements."""
        self._codes: list[tuple[FunctionType, CodeType]] = []
        by_file: dict[Path, dict[int, FunctionType]] = {}
        for index, fault in enumerate(self.faults):
            if isinstance(resolve(fault.site), str):
                self.everywhere.add(index)
                continue
            function = function_at(fault.site)
            by_file.setdefault(Path(inspect.getfile(function)), {})[index] = function
        for path, functions in by_file.items():
            self._prepare(path, functions)

    def _prepare(self, path: Path, functions: Mapping[int, FunctionType]) -> None:
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        found: list[tuple[int, Difference]] = []
        for index, function in functions.items():
            own, first = inspect.getsourcelines(function)
            lines = text.splitlines(keepends=True)
            fault = self.faults[index]
            if "".join(own).count(fault.old) != 1:
                raise ValueError(f"{fault.id}: the text to change does not occur once in {fault.site}")
            edited = "".join(
                [*lines[: first - 1], "".join(own).replace(fault.old, fault.new), *lines[first - 1 + len(own) :]]
            )
            before, after = _function(tree, first), _function(ast.parse(edited), first)
            where = difference(before, after)
            if where is None or _yields(before) != _yields(after):
                self.everywhere.add(index)
            else:
                found.append((index, where))
        for index, where in sorted(found, key=lambda entry: isinstance(entry[1], InArguments)):
            _insert(index, where)
        whole = compile(ast.fix_missing_locations(tree), str(path), "exec")
        for function in set(functions.values()):
            code = code_of(whole, function.__code__)
            assert code is not None
            self._codes.append((function, code))

    @contextmanager
    def looking(self) -> Generator[set[str]]:
        """The faults that make a difference to what runs within it, complete when it is left."""
        seen, found = _Seen(), set[str]()
        before = [(function, function.__code__) for function, _ in self._codes]
        forget_results()
        for function, code in self._codes:
            function.__globals__[_NAME] = seen
            function.__code__ = code
        try:
            yield found
        finally:
            for function, code in before:
                function.__code__ = code
            forget_results()
            found.update(self.faults[index].id for index in seen.found() | self.everywhere)


def _function(tree: ast.Module, first: int) -> ast.AST:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            start = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            if start == first:
                return node
    raise LookupError(f"no function begins at line {first}")


def _yields(function: ast.AST) -> bool:
    return any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in ast.walk(function))


def _insert(index: int, where: Difference) -> None:
    if isinstance(where, InArguments):
        call = where.old
        given, named = ast.Tuple(call.args, ast.Load()), _pairs(call)
        call.args = [ast.Starred(_compared(index, given, ast.Tuple(where.new.args, ast.Load()), call), ast.Load())]
        pairs = _compared(index, named, _pairs(where.new), call)
        call.keywords = [ast.keyword(None, ast.Call(ast.Name("dict", ast.Load()), [pairs], []))]
        return
    if isinstance(where, InExpression):
        present: ast.expr | list[ast.expr] = getattr(where.parent, where.field)
        if isinstance(present, list):
            at = next(i for i, item in enumerate(present) if _wraps(item, where.old))
            present[at] = _compared(
                index,
                present[at],
                where.new,
                where.old,
                kind="asked" if where.asked else "walked" if where.walked else "",
            )
        else:
            new = _compared(
                index, present, where.new, where.old, kind="asked" if where.asked else "walked" if where.walked else ""
            )
            setattr(where.parent, where.field, new)
        return
    at = len(where.body) if where.before is None else where.body.index(where.before)
    near = where.body[min(at, len(where.body) - 1)]
    where.body.insert(at, ast.copy_location(ast.Expr(_call("ran", near, ast.Constant(index))), near))


def _wraps(node: ast.expr, wanted: ast.expr) -> bool:
    """Whether it is that expression, or the call that was put in its place."""
    return any(found is wanted for found in ast.walk(node))


def _pairs(call: ast.Call) -> ast.expr:
    """The keyword arguments as a tuple of pairs."""
    pairs: list[ast.expr] = []
    for keyword in call.keywords:
        if keyword.arg is None:
            items = ast.Call(ast.Attribute(keyword.value, "items", ast.Load()), [], [])
            pairs.append(ast.Starred(items, ast.Load()))
        else:
            pairs.append(ast.Tuple([ast.Constant(keyword.arg), keyword.value], ast.Load()))
    return ast.Tuple(pairs, ast.Load())


def _compared(index: int, value: ast.expr, other: ast.expr, at: ast.AST, *, kind: str = "") -> ast.expr:
    none = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
    enter = _call("enter", at, ast.Constant(index))
    return _call("compare", at, enter, value, ast.Lambda(none, other), ast.Constant(kind))


def _call(method: str, at: ast.AST, *arguments: ast.expr) -> ast.expr:
    function = ast.Attribute(ast.Name(_NAME, ast.Load()), method, ast.Load())
    return ast.fix_missing_locations(ast.copy_location(ast.Call(function, list(arguments), []), at))
