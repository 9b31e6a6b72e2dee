"""Sizes that an operator of the program declares, and symbols that stand for a number or have a name by now."""

from __future__ import annotations

from collections.abc import Iterator

from refimpl.conformance.case import Ask, ComputeBindings, ConstrainRange, CreateUnbacked, GraphOf, NodeOf, Within
from refimpl.conformance.structures import TupleOf, number
from refimpl.symbolic_shapes.key_path import SequenceKey
from refimpl.terms import Sort, eq, floor_div, ge, gt, land, ne, symbol
from tests.conformance.vectors.authoring import ANY, RECORDED, Draft, after, bound, env, name, tensor
from tests.conformance.vectors.propagating import SIZE, SIZES, aten, call, gives, into, program, ref
from tests.conformance.vectors.renaming import EVERYTHING, rebind
from tests.conformance.vectors.transitions import FRESH, known, rebinding, require, script

__all__ = ["DECLARING"]

U0, U1, U2, S0 = (symbol(each) for each in ("u0", "u1", "u2", "s0"))


def _declared() -> Iterator[Draft]:
    """``torch._constrain_as_size`` and its like, with every relation of the two ends."""
    before = env(u0=ANY, pending="")
    for operator in ("sym_constrain_range_for_size", "sym_constrain_range"):
        words = operator.removeprefix("sym_").replace("_", "-")
        for what, ends in {
            "between": {"min": 2, "max": 9},
            "one-number": {"min": 4, "max": 4},
            "zero": {"min": 0, "max": 0},
            "up-to-two": {"min": 0, "max": 2},
            "at-most": {"max": 9},
            "at-least": {"min": 3},
            "from-below-zero": {"min": -5, "max": 9},
            "without-ends": dict[str, int](),
        }.items():
            given = tuple([(word, number(end)) for word, end in ends.items()])
            yield Draft(
                f"{words}-{what}",
                ("PRO-01", "ENV-05"),
                program(
                    before,
                    (tensor((), (), dtype="int64"),),
                    aten("i", "_local_scalar_dense.default", "x", binds={"u0": ()}),
                    NodeOf("c", "call_function", f"torch.ops.aten.{operator}.default", (ref("i"),), given),
                    gives("i"),
                ),
                says=RECORDED,
                compare=("constraints", "size_like", "renamings"),
            )
    yield Draft(
        "range-from-below-zero",
        ("ENV-05",),
        script(before, ConstrainRange(U0, -5, 9), Ask("bound", U0), *known(ge(U0, -5), ge(U0, 0))),
        says=RECORDED,
    )


def _numbers() -> Iterator[Draft]:
    """A size-like symbol that stands for a number is that number, also below two."""
    for number_ in (0, 1):
        questions = (ne(U0, number_), eq(U0, number_), ge(U0, 2), gt(U0 + U1, number_ + 1))
        yield Draft(
            f"size-like-stands-for-{('zero', 'one')[number_]}",
            ("ENV-18",),
            script(
                env(size_like="u0 u1", u0=(number_, number_), u1=(0, None), replacements={"u0": number_}, pending=""),
                *[Ask("guard_size_oblivious", each) for each in questions],
            ),
            says=RECORDED,
            features=("size_oblivious",),
        )
    for what, hint in {"at-least-two": 5, "zero": 2}.items():
        yield Draft(
            f"size-like-is-a-size-less-two-which-is-{what}",
            ("ENV-06", "ENV-18"),
            script(
                env(size_like="u0", u0=(0, None), s0=(2, None, hint), pending=""),
                *require(eq(U0, S0 - 2)),
                *[Ask("guard_size_oblivious", each) for each in (ne(U0, 0), ne(U0, 1), ge(U0, 2))],
            ),
            says=RECORDED,
            compare=("constraints", "guards"),
            features=("size_oblivious", "guards"),
        )
    for what, ends in {"zero-and-one": (0, 1), "two-of-one": (1, 1)}.items():
        yield Draft(
            f"old-value-is-a-sum-of-sizes-{what}",
            ("BND-07",),
            ComputeBindings(
                env(u0=(0, ends[0]), u1=(0, ends[1]), u2=(0, sum(ends)), size_like="u0 u1 u2", pending="u2"),
                number(U2),
                number(U0 + U1),
            ),
            says=RECORDED,
            compare=("constraints",),
        )
    yield Draft(
        "require-a-number-and-a-quotient-of-it",
        ("ENV-06", "ENV-17"),
        script(
            env(u0=(0, 99), u1=(0, 99), s0=(2, None, 7), pending=""),
            *require(land(eq(U0, S0), ge(floor_div(U0, 2), U1))),
            *known(ge(floor_div(S0, 2), U1)),
        ),
        says=RECORDED,
    )


def _named() -> Iterator[Draft]:
    """Names of symbols that have one, wait for one, or stand for something else."""
    before = env(u0=(5, 5), u1=(5, 5), u2=ANY, renamings={"u1": "u0"}, replacements={"u0": 5, "u1": 5}, pending="")
    yield Draft(
        "fresh-number-has-a-name",
        ("REB-08",),
        rebind(before, {"u2": ()}, number(U1)),
        (after(before, {"u2": 5}, compare=("constraints", "renamings")),),
    )
    before = env(u0=(0, 10), u2=ANY, pending="u0 u2")
    yield Draft(
        "old-name-is-pending",
        ("REB-01", "REB-03"),
        rebind(before, {"u0": ()}, number(U2)),
        (after(before, {"u2": U0}, renamed={"u2": "u0"}, pending="u0", compare=(*EVERYTHING, "pending")),),
    )
    before = env(u0=(0, None), s0=(2, None, 5), size_like="u0")
    yield Draft(
        "backed-size-for-a-size-like",
        ("REB-06", "REB-01"),
        rebind(before, {"u0": ()}, number(S0)),
        (after(before, {"u0": S0}, compare=("constraints",)),),
    )
    yield Draft(
        "require-a-sum-then-rebind",
        ("ENV-06", "REB-01"),
        script(
            env(u0=(0, 10), u1=(0, 10), u2=ANY, s0=(2, None, 5), pending="u2"),
            *require(eq(U1 + U2, S0)),
            rebinding("n", "u0", number(U2)),
            Ask("bound", U0),
        ),
        says=RECORDED,
    )
    yield Draft(
        "ignored-are-not-ignorable",
        ("ENV-02",),
        script(
            env(),
            Within("ignore_fresh", (CreateUnbacked(name("u0"), Sort.INT), CreateUnbacked(name("u1"), Sort.BOOL))),
            CreateUnbacked(name("u2"), Sort.INT),
        ),
        says=RECORDED,
        compare=FRESH,
    )


def _merged() -> Iterator[Draft]:
    """A size that a branch decides is rebound as any other."""
    one, two = (GraphOf((into("a"), aten("n", "slice.Tensor", "a", 0, 0, end), gives("n"))) for end in (1, 2))
    operands = (ref("y"), ref("yes"), ref("no"), TupleOf((ref("x"),)))
    path = bound({"u0": (SequenceKey(0), *SIZE)})
    yield Draft(
        "program-cond-of-two-sizes",
        ("PRO-11", "PRO-01"),
        program(
            SIZES,
            (tensor((S0,)), tensor((), (), dtype="bool")),
            NodeOf("yes", "get_attr", "yes"),
            NodeOf("no", "get_attr", "no"),
            NodeOf("c", "call_function", "torch.ops.higher_order.cond", operands, (), path),
            call("r", "_operator.getitem", "c", 0),
            gives("r"),
            modules={"yes": one, "no": two},
        ),
        says=RECORDED,
        features=("sub_graphs",),
        compare=("renamings", "hints"),
    )


DECLARING = (*_declared(), *_numbers(), *_named(), *_merged())
