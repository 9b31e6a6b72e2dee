"""Single steps of recurrent layers over a batch."""

from __future__ import annotations

from collections.abc import Sequence

from refimpl.aten._cells import Cell, gated, long_short, simple
from refimpl.aten._dims import wrap_dim
from refimpl.aten._registry import shape
from refimpl.aten.linear import linear
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import Dim, eq

__all__: list[str] = []


def _size(tensor: FakeTensor, dim: int) -> Dim:
    return tensor.sizes[wrap_dim(dim, tensor.ndim, scalar_has_one=False)]


def _require_input(ctx: Context, input: FakeTensor, weight: FakeTensor) -> None:
    features = _size(weight, 1)
    have = _size(input, 1)
    ctx.require(eq(have, features), f"input has inconsistent input_size: got {have} expected {features}")


def _require_state(ctx: Context, input: FakeTensor, state: FakeTensor, weight: FakeTensor, number: int) -> None:
    width = _size(weight, 1)
    batch, others = _size(input, 0), _size(state, 0)
    ctx.require(eq(batch, others), f"Input batch size {batch} doesn't match hidden{number} batch size {others}")
    have = _size(state, 1)
    ctx.require(eq(have, width), f"hidden{number} has inconsistent hidden_size: got {have}, expected {width}")


def _require_weights(ctx: Context, w_ih: FakeTensor, w_hh: FakeTensor, gates: int) -> None:
    want = gates * _size(w_hh, 1)
    for name, weight in (("weight_ih", w_ih), ("weight_hh", w_hh)):
        have = _size(weight, 0)
        ctx.require(eq(have, want), f"{name} first dim must be {gates} * hidden_size = {want}, but got {have}")


def _declare(name: str, cell: Cell, gates: int) -> None:
    """A cell whose weights give that many gates."""

    @shape(f"aten.{name}_cell.default")
    def step(
        ctx: Context,
        input: FakeTensor,
        hx: FakeTensor,
        w_ih: FakeTensor,
        w_hh: FakeTensor,
        b_ih: FakeTensor | None,
        b_hh: FakeTensor | None,
    ) -> FakeTensor:
        """The next hidden state."""
        if gates == 1:
            _require_weights(ctx, w_ih, w_hh, gates)
        _require_input(ctx, input, w_ih)
        _require_state(ctx, input, hx, w_hh, 0)
        if gates > 1:
            _require_weights(ctx, w_ih, w_hh, gates)
        remembered = linear(ctx, hx, w_hh, b_hh)
        return cell(ctx, linear(ctx, input, w_ih, b_ih), remembered, hx)


for _name, _cell, _gates in (
    ("rnn_tanh", simple("tanh", in_place=True), 1),
    ("rnn_relu", simple("relu", in_place=True), 1),
    ("gru", gated(in_place=True), 3),
):
    _declare(_name, _cell, _gates)


@shape("aten.lstm_cell.default")
def lstm_cell(
    ctx: Context,
    input: FakeTensor,
    hx: Sequence[FakeTensor],
    w_ih: FakeTensor,
    w_hh: FakeTensor,
    b_ih: FakeTensor | None,
    b_hh: FakeTensor | None,
) -> tuple[FakeTensor, ...]:
    """The next hidden and the next cell state."""
    if len(hx) != 2:
        raise RuntimeError("lstm_cell expects two hidden states")
    hidden, state = hx
    _require_input(ctx, input, w_ih)
    _require_weights(ctx, w_ih, w_hh, 4)
    _require_state(ctx, input, hidden, w_hh, 0)
    _require_state(ctx, input, state, w_hh, 1)
    remembered = linear(ctx, hidden, w_hh, b_hh)
    return long_short(ctx, linear(ctx, input, w_ih, b_ih), remembered, state, in_place=True)
