"""The ``out=`` variants: what they give is what PyTorch's fake tensors give, and what is written is recorded."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import pytest

from refimpl.aten._out import functional_of_out
from refimpl.aten._overload import overload
from refimpl.aten._schemas import out_names, schema_of
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor
from tests.aten.calls import Json, field, matters, our_outcome, read_calls
from tests.aten.plain_context import PlainContext

_CALLS: Final = defaultdict[str, list[dict[str, Json]]](list)
for _call in read_calls("out_forms.jsonl"):
    _CALLS[field(_call, "op")].append(_call)


# Fake tensors do not resize what these write, which their eager kernels do.
_NOT_RESIZED: Final = frozenset(
    f"aten.{name}"
    for name in (
        "_aminmax.dim_out", "_aminmax.out", "_batch_norm_with_update.out", "_histogramdd_from_bin_cts.out",
        "_logcumsumexp.out", "_masked_softmax.out", "_native_batch_norm_legit.no_stats_out",
        "_native_batch_norm_legit.out", "_native_batch_norm_legit_no_training.out", "_sample_dirichlet.out",
        "_scaled_mm.out", "_standard_gamma_grad.out", "_transform_bias_rescale_qkv.out", "_unique.out",
        "_unique2.out", "adaptive_avg_pool2d.out", "adaptive_avg_pool3d.out", "binomial.out",
        "convolution_backward.out", "fake_quantize_per_tensor_affine_cachemask.out", "geqrf.a",
        "histogram.bin_ct_out", "native_batch_norm_backward.out", "native_group_norm_backward.out",
        "native_layer_norm_backward.out", "unique_consecutive.out", "unique_dim.out",
    )
)  # fmt: skip
# Fake tensors do not broadcast with the tolerances, and stack as they join; the eager kernels do otherwise.
_OTHER_SIZES: Final = frozenset(("aten.linalg_matrix_rank.out_tol_tensor", "aten._stack.out"))


@pytest.mark.parametrize("operator", sorted(_NOT_RESIZED | _OTHER_SIZES))
def test_a_stated_deviation_still_deviates(operator: str) -> None:
    calls = _CALLS[operator]
    assert any(matters(our_outcome(call).get("out")) != matters(call["out"]) for call in calls)


@pytest.mark.parametrize("operator", sorted(_CALLS.keys() - _NOT_RESIZED - _OTHER_SIZES))
def test_what_is_written_has_the_sizes_and_layout_of_fake_tensors(operator: str) -> None:
    for call in _CALLS[operator]:
        assert matters(our_outcome(call).get("out")) == matters(call["out"]), call


def test_most_variants_are_modelled_and_compared() -> None:
    modelled = [name for name in out_names() if overload(name).is_modelled]
    assert len(modelled) > 700
    assert len(_CALLS) > 350


def test_a_result_that_is_not_written_is_noticed() -> None:
    call = next(c for c in _CALLS["aten.add.out"] if "[0]" in str(c["kwargs"]))
    kwargs = call["kwargs"]
    assert isinstance(kwargs, dict)
    assert matters(our_outcome(call)["out"]) != matters(kwargs["out"])


def test_the_functional_form_takes_the_same_arguments() -> None:
    for name, functional in (
        ("aten.add.out", "aten.add.Tensor"),
        ("aten.atan2.out", "aten.atan2.default"),
        ("aten.sum.IntList_out", "aten.sum.dim_IntList"),
        ("aten.max.dim_max", "aten.max.dim"),
        ("aten.arange.start_out", "aten.arange.start_step"),
        # The options of a factory are the tensor's that is written, wherever they stand.
        ("aten.empty.out", "aten.empty.memory_format"),
        ("aten.zeros_like.out", "aten.zeros_like.default"),
    ):
        schema = schema_of(name)
        assert schema is not None
        assert functional_of_out(schema) == functional


def _vector(dtype: DType, stride: int = 1) -> FakeTensor:
    return FakeTensor((3,), (stride,), dtype)


def test_a_factory_writes_in_the_dtype_of_the_tensor_that_is_given() -> None:
    permuted = FakeTensor((2, 3), (1, 2), DType.float32)
    for name, arguments in (("aten.empty.out", ((2, 3),)), ("aten.zeros_like.out", (permuted,))):
        made = overload(name).run(PlainContext(), arguments, {"out": _vector(DType.int64)})
        assert isinstance(made, FakeTensor)
        assert (made.sizes, made.strides, made.dtype) == ((2, 3), (3, 1), DType.int64)


def test_the_tensor_itself_comes_back_and_is_recorded_as_written() -> None:
    context = PlainContext()
    out = _vector(DType.float32)
    made = overload("aten.add.out").run(context, (_vector(DType.float32), _vector(DType.float32)), {"out": out})
    assert made is out
    assert context.mutated == [out]


@pytest.mark.parametrize(
    ("out", "words"),
    [
        (_vector(DType.int64), "result type Float can't be cast to the desired output type Long"),
        (_vector(DType.float32, 0), "unsupported operation: more than one element of the written-to tensor"),
    ],
)
def test_what_does_not_hold_the_result_is_refused(out: FakeTensor, words: str) -> None:
    operands = _vector(DType.float32), _vector(DType.float32)
    with pytest.raises(RuntimeError, match=words):
        overload("aten.add.out").run(PlainContext(), operands, {"out": out})
