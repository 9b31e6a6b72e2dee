"""``masked_select`` of unbacked sizes requires what its kernel enforces, and defers nothing.

PyTorch's fake kernel compares no sizes; the kernel accepts equal sizes and a size of 1 on either side.
"""

from __future__ import annotations

from itertools import product

import pytest

from refimpl.aten import overload
from refimpl.fake_tensor import DType, FakeTensor, FakeTensorMode
from refimpl.symbolic_shapes.events import Fact, Requirement
from refimpl.symbolic_shapes.shape_env import ShapeEnv
from refimpl.terms import Number, Sort, evaluate, symbol, symbol_atom

# torch.zeros(3, a).masked_select(torch.zeros(b, dtype=torch.bool)) of PyTorch 2.13.0, for these (a, b), raises nothing.
EAGER_ACCEPTS = {(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (3, 1), (3, 3)}


def _selected() -> tuple[ShapeEnv, FakeTensor]:
    env = ShapeEnv(guard_from_hints=False)
    for name in ("u0", "u1"):
        env.add_unbacked(symbol_atom(name, Sort.INT), 0, None)
    tensor = FakeTensor((3, symbol("u0")), (symbol("u0"), 1), DType.float32)
    mask = FakeTensor((symbol("u1"),), (1,), DType.bool)
    with FakeTensorMode(env) as mode:
        result = overload("aten.masked_select.default").run(mode, (tensor, mask), {})
    assert isinstance(result, FakeTensor)
    return env, result


@pytest.mark.parametrize("sizes", list(product(range(4), repeat=2)))
def test_sizes_are_required_as_the_kernel_enforces_them(sizes: tuple[int, int]) -> None:
    env, _ = _selected()
    valuation: dict[str, Number] = {"u0": sizes[0], "u1": sizes[1]}
    required = [event for event in env.log if isinstance(event, Requirement)]
    assert all(event.condition is event.enforced for event in required)
    assert all(evaluate(event.condition, valuation) for event in required) == (sizes in EAGER_ACCEPTS)


@pytest.mark.parametrize("sizes", sorted(EAGER_ACCEPTS))
def test_no_fact_excludes_a_count(sizes: tuple[int, int]) -> None:
    """A mask of ones selects every element of the broadcast tensor, a mask of zeros none."""
    env, result = _selected()
    length = 0 if 0 in sizes else max(sizes)
    facts = [event.condition for event in env.log if isinstance(event, Fact)]
    for count in (0, 3 * length):
        valuation: dict[str, Number] = {"u0": sizes[0], "u1": sizes[1], str(result.sizes[0]): count}
        assert facts
        assert all(evaluate(fact, valuation) for fact in facts)
