"""Where backed and unbacked symbols give otherwise than fake tensors, because these and the kernel differ, and how."""

from __future__ import annotations

from typing import Final

__all__ = ["DEVIATIONS"]

_NO_OUTPUT: Final = (
    "fake tensors give a result of size 0 and one without dilation; it depends on the kernel who refuses"
)
_BACKWARD: Final = "fake tensors look at no size of the incoming gradient; who refuses depends on the kernel"
_BATCH: Final = "fake tensors take from the example whether a right-hand side is a batch of vectors; the kernel looks"

DEVIATIONS: Final = {
    "aten._fft_c2r.default": "fake tensors ask for no sizes; the kernel asserts them, or writes outside of the result",
    "aten._transformer_encoder_layer_fwd.default": "fake tensors look at no size; the kernel's products require them",
    "aten.combinations.default": "fake tensors bound it by the tuples of an example; ours holds at every size",
    "aten.conv_transpose2d.input": _NO_OUTPUT,
    "aten.convolution_backward.default": _BACKWARD,
    "aten.linalg_solve.default": _BATCH,
    "aten.linalg_solve_ex.default": _BATCH,
    "aten.native_batch_norm.default": "fake tensors require one channel of one weight; the kernel looks at neither",
}
