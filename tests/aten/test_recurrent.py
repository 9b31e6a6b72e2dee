"""Recurrent layers whose weights do not fit, as PyTorch refuses them."""

from __future__ import annotations

import pytest

from tests.aten.calls import Json, our_outcome
from tests.aten.changes import Call


def _dense(*sizes: int) -> Json:
    strides = [1]
    for size in sizes[:0:-1]:
        strides.insert(0, strides[0] * max(size, 1))
    return {"t": [list[Json](sizes), list[Json](strides), 0, "float32"]}


def _layer(name: str, batch: int, gates: int, wide: int, bias: int) -> Call:
    state = _dense(1, batch, 4)
    weights: list[Json] = [_dense(gates * 4, 3), _dense(gates * 4, wide), _dense(gates * 4), _dense(bias)]
    args: list[Json] = [_dense(5, batch, 3), [state, state] if name == "lstm" else state, weights]
    return {"op": f"aten.{name}.input", "args": [*args, True, 1, {"f": "0.0"}, False, False, False], "kwargs": {}}


@pytest.mark.parametrize(("name", "gates"), [("lstm", 4), ("gru", 3), ("rnn_tanh", 1)])
def test_an_empty_batch_needs_weights_that_fit_as_any_other(name: str, gates: int) -> None:
    assert "out" in our_outcome(_layer(name, 0, gates, 4, gates * 4))
    wide = our_outcome(_layer(name, 0, gates, 5, gates * 4))
    assert wide == {"error": ["RuntimeError", f"mat1 and mat2 shapes cannot be multiplied (0x4 and 5x{gates * 4})"]}
    bias = our_outcome(_layer(name, 0, gates, 4, gates * 4 - 1))
    assert str(bias).startswith(
        f"{{'error': ['RuntimeError', 'The expanded size of the tensor ({gates * 4}) must match"
    )


def test_an_lstm_that_only_tracing_refuses_is_refused_in_its_words() -> None:
    refused = our_outcome(_layer("lstm", 2, 4, 5, 16))
    assert refused == {"error": ["RuntimeError", "a and b must have same reduction dim, but got [2, 4] X [5, 16]."]}
