"""Record how PyTorch prints expressions: ``python tests/differential/record_printed.py OUTPUT`` (torch 2.13.0).

Random terms (a fixed seed) are made in sympy with PyTorch's functions; each line holds an expression as archives
write it (``srepr``) and as PyTorch prints it (``str``). Left out is what terms write otherwise on purpose: products
of sums, which terms expand, and negated orders of floats, which sympy turns round; and what terms give an order of
their own: the sides of an equation of two sums, operands of bits and of sums of floats.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Final

_RECORDER: Final = r"""import json
import random
import sys
from functools import partial

import sympy

from refimpl import terms as t
from refimpl.torch.expressions import to_torch_expression, torch_symbol

NAMES = ("u0", "u1", "s0", "s77", "u10")
BINARY = (
    t.floor_div, t.mod, t.int_max, t.int_min, t.bit_and, t.bit_or, t.bit_xor, t.lshift, t.rshift,
)
FLOATS = (
    t.float_add, t.float_add, t.float_sub, t.float_mul, t.float_mul, t.float_true_div, t.float_pow,
)


def dim(depth):
    kind = random.randrange(14)
    if depth == 0 or kind < 2:
        return t.symbol(random.choice(NAMES)) if random.random() < 0.8 else random.randint(-3, 9)
    left, right = dim(depth - 1), dim(depth - 1)
    if kind < 5:
        return left + random.choice((-2, -1, 1, 1, 3)) * right
    if kind < 7:
        return left * right
    if kind < 8:
        return left * left if random.random() < 0.5 else left * left * left
    if kind < 12:
        return random.choice(BINARY)(left, right if random.random() < 0.5 else random.randint(2, 9))
    if kind < 13:
        return t.ite(cond(depth - 1), left, right)
    return random.choice((t.trunc_to_int, t.floor_to_int, t.ceil_to_int, t.round_to_int))(real(depth - 1))


def real(depth):
    kind = random.randrange(8)
    if depth == 0 or kind < 2:
        return random.choice((t.float_symbol("zuf0"), t.float_symbol("zuf1"), 0.5, 2.0, -1.5, 1e20, 2.5e-7))
    if kind < 3:
        return t.to_float(dim(depth - 1))
    if kind < 4:
        return random.choice((t.float_unary("sqrt", real(depth - 1)), t.int_true_div(dim(depth - 1), dim(depth - 1))))
    return random.choice(FLOATS)(real(depth - 1), real(depth - 1))


def cond(depth):
    kind = random.randrange(9)
    if kind < 5 or depth == 0:
        return random.choice((t.ge, t.gt, t.le, t.lt, t.eq, t.ne))(dim(depth), dim(max(depth - 1, 0)))
    if kind < 6:
        return random.choice((t.float_lt, t.float_le, t.float_eq))(real(depth), real(depth - 1))
    return random.choice((t.land, t.lor))(cond(depth - 1), cond(depth - 1))


def is_plain(expression):
    return all(map(_is_plain_part, sympy.preorder_traversal(expression)))


def _is_plain_part(part):
    numbers = [arg for arg in part.args if isinstance(arg, sympy.Float)]
    match part:
        case sympy.Float():
            return float(str(part)) == float(part) and float(part) > 0
        case sympy.Integer():
            return True
        case sympy.Number() | sympy.NumberSymbol() | sympy.logic.boolalg.Not():
            return False
        case sympy.Mul() | sympy.Add() if any(_is_float(arg) for arg in part.args):
            integers = any(isinstance(arg, sympy.Integer) for arg in part.args)
            return len(part.args) == 2 and len(numbers) == 1 and numbers != [1.0] and not integers
        case sympy.Mul():
            return not any(isinstance(arg, sympy.Add) for arg in part.args)
        case sympy.Pow(base=base, exp=exp):
            return not isinstance(base, sympy.Add) and exp.is_Integer and 0 < exp < 17 and not _is_float(base)
        case sympy.Eq(args=(left, right)) | sympy.Ne(args=(left, right)):
            return _is_side(left) and right.is_number
        case sympy.core.relational.Relational(args=(left, right)):
            turned = not left.is_integer and isinstance(part, (sympy.Ge, sympy.Gt))
            return _is_side(left) and ((_is_side(right) and not turned) or right.is_number)
        case sympy.Piecewise():
            return not any(isinstance(pair.cond, (sympy.Ne, sympy.Or)) for pair in part.args)
        case _:
            kind = type(part).__name__
            if kind.startswith("Bitwise"):  # terms order the operands
                return isinstance(part.args[0], sympy.Integer) and part.args[1].free_symbols and part.args[0] > 0
            return part is not sympy.I and kind != "PythonMod"


def _is_float(part):
    return isinstance(part, sympy.Float) or part.is_integer is not True and bool(part.free_symbols)


def _is_side(part):
    summands = sympy.Add.make_args(part)
    return not any(summand.is_number or summand.could_extract_minus_sign() for summand in summands)


def member():
    # A condition of few symbols, so that members resemble each other.
    left, right = random.choice(FEW)(), random.choice((dim(0), dim(1), random.randint(0, 3)))
    if random.random() < 0.3:
        made = random.choice((t.float_lt, t.float_le, t.float_eq, t.float_ne))(real(random.randint(0, 2)), real(0))
        return made
    return random.choice((t.ge, t.le, t.eq, t.ne))(left, right)


FEW = (
    lambda: t.symbol(random.choice(NAMES[:3])), lambda: t.symbol("u0") * random.choice((2, 3, t.symbol("u1"))),
    lambda: t.symbol("u0") + random.choice((t.symbol("u1"), 2 * t.symbol("s0"), t.symbol("s0") * t.symbol("u1"))),
    lambda: t.symbol("u0") * t.symbol("u0") * random.choice((1, 2, t.symbol("s0"))),
    lambda: random.choice(BINARY)(t.symbol("u0"), random.randint(2, 4)), lambda: t.ite(member(), t.symbol("u0"), 3),
    lambda: dim(2),
)


def connective():
    members = [member() for _ in range(random.choice((2, 2, 2, 3)))]
    if random.random() < 0.2:
        members[0] = t.lor(member(), member())
    return (t.land if random.random() < 0.7 else t.lor)(*members)


def record(found, count, make):
    while len(found) < count:
        try:
            made = to_torch_expression(make(), partial(torch_symbol, positive=random.random() < 0.7))
        except (ValueError, TypeError, ZeroDivisionError, OverflowError, NotImplementedError, AssertionError):
            continue
        if is_plain(made) and made.free_symbols and len(str(made)) < 120:
            found.setdefault(sympy.srepr(made), str(made))


def main(output):
    random.seed(11)
    found = {}
    record(found, 500, lambda: random.choice((dim, dim, dim, real, cond))(random.randint(1, 3)))
    record(found, 1000, connective)
    with open(output, "w", encoding="utf-8") as file:
        for expression, text in sorted(found.items(), key=lambda item: (len(item[1]), item)):
            file.write(json.dumps([expression, text]) + "\n")


main(sys.argv[1])
"""


def main() -> None:
    """Run the recorder in this interpreter's environment, which has torch."""
    subprocess.run([sys.executable, "-c", _RECORDER, sys.argv[1]], check=True)


if __name__ == "__main__":
    main()
