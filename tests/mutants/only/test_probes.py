"""A fault makes a difference to a run exactly where what it changes comes out otherwise."""

from __future__ import annotations

import ast
from types import FunctionType
from typing import Final

import pytest

from tests.mutants.mutant import Mutant
from tests.mutants.only.difference import InArguments, InExpression, InStatement, difference, is_plain
from tests.mutants.only.probes import Probes

_HERE: Final = __name__
_LOG: Final[list[object]] = []


def _larger(left: int, right: int) -> int:
    if left > right:
        return left
    return right


def _inverse(number: int) -> float:
    try:
        return 1 / number
    except ZeroDivisionError:
        return 0.0


def _logged(*values: object, **named: object) -> int:
    _LOG.append((values, named))
    return len(_LOG)


def _logs(number: int, *rest: int) -> int:
    found = _logged(number, *rest, last=number)
    for each in rest:
        _LOG.append(each)
    return found


def _shared(numbers: list[int]) -> list[int]:
    return numbers[:]


def _sums(numbers: list[int]) -> int:
    found = 0
    doubles = [2 * number for number in numbers]
    for number in doubles:
        found += number
    return found


def _fault(name: str, old: str, new: str) -> Mutant:
    return Mutant("fault", "It.", f"{_HERE}:{name}", old, new, ("x.py::test_own",))


def _is_seen(function: FunctionType, old: str, new: str, *arguments: object) -> bool:
    probes = Probes([_fault(function.__name__, old, new)])
    expected = function(*arguments)
    with probes.looking() as changed:
        assert repr(function(*arguments)) == repr(expected) or function is _logs
    return changed == {"fault"}


@pytest.mark.parametrize(
    ("function", "old", "new", "arguments", "seen"),
    [
        (_larger, "left > right", "left >= right", (2, 1), False),
        (_larger, "left > right", "left >= right", (1, 1), True),
        (_larger, "left > right", "left - right", (2, 1), False),
        (_larger, "        return left\n", "        return left + 0\n", (2, 1), False),
        (_larger, "        return left\n", "        return left + 1\n", (1, 2), False),
        (_larger, "        return left\n", "        return left + 1\n", (2, 1), True),
        (_larger, "        return left\n", "        return left + 0.0\n", (2, 1), True),
        (_larger, "        return left\n", "        pass\n", (1, 2), False),
        (_larger, "        return left\n", "        pass\n", (2, 1), True),
        (_inverse, "1 / number", "2 / (number + number)", (3,), False),
        (_inverse, "1 / number", "1 / (number + 1)", (0,), True),
        (_inverse, "1 / number", "1 / (number - 1)", (1,), True),
        (_logs, "last=number", "last=number * 1", (3,), False),
        (_logs, "last=number", "last=0", (3,), True),
        (_logs, "number, *rest, last", "number, last", (3,), False),
        (_logs, "number, *rest, last", "number, last", (3, 4), True),
        (_logs, "_LOG.append(each)", "pass", (3,), False),
        (_logs, "_LOG.append(each)", "pass", (3, 4), True),
        (_shared, "numbers[:]", "numbers", ([1],), True),
        (_sums, "[2 * number for number in numbers]", "[number + number for number in numbers]", ([1],), False),
        (_sums, "[2 * number for number in numbers]", "[number * number for number in numbers]", ([1],), True),
        (_sums, "in doubles:", "in doubles[:1]:", ([1],), False),
        (_sums, "in doubles:", "in doubles[:1]:", ([1, 2],), True),
    ],
)
def test_a_fault_is_seen_where_it_makes_a_difference(
    function: FunctionType, old: str, new: str, arguments: tuple[object, ...], seen: bool
) -> None:
    assert _is_seen(function, old, new, *arguments) is seen


def test_faults_of_one_function_are_told_apart() -> None:
    first = _fault("_larger", "left > right", "left >= right")
    second = Mutant("second", "It.", first.site, "    return right\n", "    return left\n", first.killers)
    third = Mutant("third", "It.", first.site, "left > right", "left > right + 1", first.killers)
    probes = Probes([first, second, third])
    for arguments, expected in (((1, 1), {"fault"}), ((1, 2), {"second"}), ((2, 1), {"third"}), ((5, 1), set[str]())):
        with probes.looking() as changed:
            _larger(*arguments)
        assert changed == expected


def test_an_edit_that_does_not_fit_is_an_error() -> None:
    with pytest.raises(ValueError, match="does not occur once"):
        Probes([_fault("_larger", "left < right", "left >= right")])


def test_afterwards_the_function_is_as_before() -> None:
    code = _larger.__code__
    with Probes([_fault("_larger", "left > right", "left >= right")]).looking():
        assert _larger.__code__ is not code
    assert _larger.__code__ is code


def test_a_text_that_many_read_may_change_every_run() -> None:
    fault = Mutant("fault", "It.", "refimpl.solver.encode:_PRELUDE", "ALL", "LIA", ("x.py::test_own",))
    with Probes([fault]).looking() as changed:
        pass
    assert changed == {"fault"}


def _functions(before: str, after: str) -> tuple[ast.AST, ast.AST]:
    return ast.parse(f"def f():\n {before}").body[0], ast.parse(f"def f():\n {after}").body[0]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("return a + 1", "return a - 1", InExpression),
        ("return g(a)", "return g(b)", InExpression),
        ("return g(h(a))", "return g(h(b))", InExpression),
        ("return g(a)", "return g(a, b)", InArguments),
        ("return g(a, h())", "return g(b, a)", InStatement),
        ("return g(a)", "return h(a)", InExpression),
        ("g(); return 1", "return 1", InStatement),
        ("x = y", "return y", InStatement),
        ("return f'{a}'", "return f'{b}'", InStatement),
        ("x, y = a", "x, z = a", InStatement),
        ("return (x := a)", "return (x := b)", InExpression),
    ],
)
def test_what_may_be_evaluated_twice_is_told_from_what_may_not(before: str, after: str, expected: type) -> None:
    assert type(difference(*_functions(before, after))) is expected


def test_what_is_the_same_has_no_difference() -> None:
    assert difference(*_functions("return 1", "return (1)")) is None


@pytest.mark.parametrize(
    ("text", "plain"),
    [("len(a) + b.c[0]", True), ("a.append(b)", False), ("(a := b)", False), ("[f(x) for x in y]", False)],
)
def test_a_plain_expression_calls_only_what_changes_nothing(text: str, plain: bool) -> None:
    assert is_plain(ast.parse(text, mode="eval").body) is plain
