"""Every overload on calls whose sizes, ranks, dtypes and numbers were changed at random, against a live PyTorch.

The contents are admissible and the eager kernels run: a requirement too many refuses a call that ran, one too few runs
a call that was refused. A refusal has PyTorch's type and leading words.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest

from tests.aten.calls import Json, field, our_outcome
from tests.aten.test_eager import leading
from tests.aten.test_live import record

# One runs where the other refuses, or sizes differ.
_DEVIATIONS: Final = {
    "_batch_norm_with_update.default": "one kernel of several asks for the rank of running statistics",
    "_batch_norm_with_update_functional.default": "one kernel of several asks for the rank of running statistics",
    "_embedding_bag_forward_only.default": "fake tensors count the last offset where eager kernels do not",
    "_histogramdd_from_bin_cts.default": "the dtype of weights is checked by the kernel, not by fake tensors",
    "_pdist_forward.default": "the private half of pdist is asked for matrices only",
    "_scaled_mm.default": "which shapes of scales the kernel knows",
    "_trilinear.default": "the private half of bilinear broadcasts with sizes of 0",
    "addbmm.default": "dtypes of a product are checked by the kernel",
    "batch_norm.default": "dtypes of parameters are checked by the kernel",
    "bilinear.default": "dtypes of parameters are checked by the kernel",
    "conv_transpose2d.input": "a result of size 0 is refused by some kernels only",
    "conv_transpose3d.input": "a result of size 0 is refused by some kernels only",
    "dropout.default": "a mask is divided in the dtype of the input, which integers do not allow",
    "fractional_max_pool2d.default": "the dtype of samples is checked by the kernel",
    "fractional_max_pool3d.default": "the dtype of samples is checked by the kernel",
    "full_like.default": "whether a number fits into the dtype is a question of contents",
    "gradient.tensorarray": "coordinates of another length broadcast against the differences",
    "gru.input": "one gate and one row of weights broadcast",
    "group_norm.default": "dtypes of parameters are checked by the kernel",
    "layer_norm.default": "dtypes of parameters are checked by the kernel",
    "linalg_eigh.default": "an empty matrix of integers has no eigenvalues to compute",
    "linalg_pinv.atol_rtol_tensor": "the dtype of tolerances",
    "lstm_cell.default": "the cell's dtype is promoted from the state's",
    "margin_ranking_loss.default": "a composite of differences of booleans",
    "masked_fill.Tensor": "whether a number fits into the dtype is a question of contents",
    "native_group_norm.default": "dtypes of parameters are checked by the kernel",
    "native_layer_norm.default": "dtypes of parameters are checked by the kernel",
    "new_full.default": "whether a number fits into the dtype is a question of contents",
    "ormqr.default": "how many reflectors LAPACK takes",
    "repeat_interleave.Tensor": "the given output size is not the sum of the contents",
    "rnn_relu.input": "a batch of one takes the batch of the states",
    "rnn_tanh.input": "a batch of one takes the batch of the states",
    "scaled_dot_product_attention.default": "the fused kernel reads keys and values of different lengths",
}

# Both refuse, for another of the faults that the call has.
_OTHER_WORDS: Final = frozenset(
    (
        "_batch_norm_with_update.default", "_embedding_bag_forward_only.default", "_fft_c2c.default",
        "_scaled_mm.default", "_trilinear.default", "adaptive_avg_pool3d.default", "addbmm.default", "addmv.default",
        "baddbmm.default", "batch_norm.default", "bitwise_or_.Tensor", "conv2d.default", "conv_transpose2d.input",
        "conv_transpose3d.input", "convolution.default", "grid_sampler.default", "grid_sampler_3d.default",
        "gru.input", "gru_cell.default", "index_fill.int_Scalar", "index_fill.int_Tensor", "index_reduce.default",
        "instance_norm.default", "istft.default", "linalg_ldl_solve.default", "linalg_lu_solve.default",
        "linalg_matrix_rank.atol_rtol_float", "linalg_multi_dot.default", "lstm_cell.default", "lt.Tensor",
        "matmul.default", "max_pool1d.default", "narrow_copy.default", "ormqr.default", "prelu.default",
        "rnn_relu.input", "rnn_relu_cell.default", "rnn_tanh.input", "rnn_tanh_cell.default",
        "scaled_dot_product_attention.default", "scatter.src", "scatter_reduce.two", "searchsorted.Tensor",
        "segment_reduce.default", "soft_margin_loss.default",
    )
)  # fmt: skip


def _differing(lines: list[str]) -> list[str]:
    """The calls on which outcomes differ for no stated reason."""
    found: list[str] = []
    for line in lines:
        call: dict[str, Json] = json.loads(line)
        name, ours = field(call, "op").removeprefix("aten."), our_outcome(call)
        if leading(ours) == leading(call):
            continue
        stated = name in (_OTHER_WORDS if "error" in ours and "error" in call else _DEVIATIONS)
        if not stated:
            found.append(f"{line} ours: {ours}")
    return found


@pytest.mark.torch
@pytest.mark.parametrize(
    ("seed", "rounds"),
    [("a", "12"), *(pytest.param(seed, "60", marks=pytest.mark.slow) for seed in ("a", "b"))],
)
def test_changed_calls_run_and_refuse_as_in_a_live_pytorch(seed: str, rounds: str, tmp_path: Path) -> None:
    record("record_eager.py", tmp_path / "changed.jsonl", "6", rounds, seed)
    lines = (tmp_path / "changed.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) > 1500
    assert sum('"error"' in line for line in lines) > 300
    assert _differing(lines) == []


def test_a_wrong_outcome_is_noticed() -> None:
    vector: Json = {"t": [list[Json]([2]), list[Json]([1]), 0, "float32"]}
    call: dict[str, Json] = {"op": "aten.sin.default", "args": [vector], "kwargs": {}}
    assert _differing([json.dumps({**call, "out": vector})]) == []
    assert len(_differing([json.dumps({**call, "error": ["RuntimeError", "no"]})])) == 1
    refused: dict[str, Json] = {"op": "aten.mm.default", "args": [vector, vector], "kwargs": {}}
    assert len(_differing([json.dumps({**refused, "error": ["RuntimeError", "other words"]})])) == 1
