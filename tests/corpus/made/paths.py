"""Paths that do not exist, divisors that are symbols or not positive, constants behind ``ConvertIntKey``."""

from __future__ import annotations

import struct
from functools import partial
from typing import Final

from refimpl.export.builder import ProgramBuilder, tensor
from refimpl.export.prefix import symbol
from tests.corpus.made.case import LARGEST, Case, broken, equivalent, titled
from tests.oracle.brute import Box

__all__ = ["CASES"]

S0: Final = symbol("s0", hint=8, positive=True)
U0, U1, U9 = symbol("u0"), symbol("u1"), symbol("u9")


def path_that_does_not_exist() -> Case:
    """nonzero of a vector has two dimensions, the record has a third with a symbol of its own."""
    program = ProgramBuilder()
    program.symbol("s0", hint=8)
    program.unbacked("u0", 0, LARGEST)
    program.unbacked("u1", 0, LARGEST)
    x = program.input("x", tensor([S0]))
    out = tensor([U0, 1, U1], "int64", strides=[1, U0, 1])
    program.output(program.call("aten.nonzero.default", x, out=out))
    return broken(program, None, "PATH")


def divided_by_a_size(*, plus: int) -> Case:
    """s0*u9 is recorded for s0*u0, where u9 = u0; and for s0*u0 + 1, which s0 >= 2 does not divide."""
    program = ProgramBuilder()
    program.symbol("s0", hint=8)
    program.unbacked("u0", 0, LARGEST)
    program.unbacked("u9", 0, None)
    x, rows = program.input("x", tensor([S0])), program.input("r", tensor([3], "int64"))
    found = program.call("aten.nonzero.default", x, out=tensor([U0, 1], "int64", strides=[1, U0]))
    length, size = program.size(x, 0), program.size(found, 0)
    total, text = program.call("_operator.mul", length, size, out=S0 * U0), S0 * U0
    if plus:
        text = text + plus
        total = program.call("_operator.add", total, plus, out=text)
    out = tensor([S0 * U9], "int64")
    program.output(program.call("aten.repeat_interleave.Tensor", rows, output_size=total, out=out))
    if plus:
        return broken(program, None, "PATH")
    values = {"s0": range(2, 5), "u0": range(5), "u9": range(5)}
    return equivalent(program, Box(values, lambda v: v["u0"] <= v["s0"] and v["u9"] == v["u0"]))


def negative_divisor() -> Case:
    """-u0 is recorded: a divisor must be positive."""
    program = ProgramBuilder()
    program.unbacked("u0")
    program.output(program.call("aten.item.default", program.input("x", tensor([], "int64")), out=-U0))
    return broken(program, None, "PATH")


def lifted_boolean(*, high: int) -> Case:
    """item() of the lifted constant true, recorded as Eq(u0, 1): u0 is 1."""
    program = ProgramBuilder()
    program.unbacked("u0", 0, high)
    held = program.tensor_constant("c", "c", tensor([], "bool"), b"\x01")
    program.call("aten.item.default", held, out=U0.eq(1))
    program.output(1)
    box = Box({"u0": range(2)}, lambda v: v["u0"] == 1)
    return equivalent(program, box) if high else broken(program, None, "LINK", box)


def lifted_float_symbol(*, high: int | None) -> Case:
    """item() of the lifted constant 2.5, recorded as a symbol with a range or without."""
    program = ProgramBuilder()
    zuf0 = program.unbacked_float("zuf0")
    program.range("zuf0", None, high)
    held = program.tensor_constant("c", "c", tensor([]), struct.pack("<f", 2.5))
    program.output(program.call("aten.item.default", held, out=zuf0))
    return equivalent(program) if high in (None, 3) else broken(program, None, "LINK")


def requirement_under_an_unbound_name() -> Case:
    """The assert is recorded of u7, which nothing binds: whoever wants to emit it finds no value."""
    program = ProgramBuilder()
    program.symbol("s0", hint=8)
    program.unbacked("u0", 0, LARGEST)
    program.unbacked("u7", 0, LARGEST)
    x = program.input("x", tensor([S0]))
    found = program.call("aten.nonzero.default", x, out=tensor([U0, 1], "int64", strides=[1, U0]))
    compared = program.call("_operator.ge", program.size(found, 0), 2, out=symbol("u7") >= 2)
    program.assert_scalar(compared)
    program.output(found)
    return broken(program, None, "DOM EMIT")


CASES: Final = {
    **titled(path_that_does_not_exist, negative_divisor, requirement_under_an_unbound_name),
    "divided_by_a_size_right": partial(divided_by_a_size, plus=0),
    "divided_by_a_size_wrong": partial(divided_by_a_size, plus=1),
    "lifted_boolean_right": partial(lifted_boolean, high=1),
    "lifted_boolean_wrong": partial(lifted_boolean, high=0),
    "lifted_float_symbol_unbounded": partial(lifted_float_symbol, high=None),
    "lifted_float_symbol_right": partial(lifted_float_symbol, high=3),
    "lifted_float_symbol_wrong": partial(lifted_float_symbol, high=2),
}
