"""What backed and unbacked symbols give otherwise than PyTorch's fake tensors, and why."""

from __future__ import annotations

from typing import Final

__all__ = ["DEVIATIONS"]

_ONE_CHANNEL: Final = "fake tensors give the result of one channel the number of weights"
_STORAGE: Final = "fake tensors take the storage of an input to be as large as the input"
_NO_OUTPUT: Final = "which kernels refuse a result of size 0, or a dilation of 0, depends on the backend"
_BACKWARD: Final = "fake tensors put gradients together from other arguments of the private half than we do"
_BATCH: Final = "whether the right-hand side is a batch of vectors is known or refused, never taken from the example"
_EMPTY: Final = "without elements the kernel asks nothing of the probabilities"
_PRIVATE: Final = "the private half is asked for what its public operator checked before"

DEVIATIONS: Final = {
    "aten._batch_norm_with_update.default": _ONE_CHANNEL,
    "aten._euclidean_dist.default": "the private half of cdist is asked for matrices only",
    "aten._fft_c2r.default": "the kernel writes outside of a result that does not fit the spectrum",
    "aten._flash_attention_forward.default": "the debug mask of a kernel that only CUDA has",
    "aten._native_batch_norm_legit_functional.default": _ONE_CHANNEL,
    "aten._scaled_dot_product_attention_math.default": _PRIVATE,
    "aten._transformer_encoder_layer_fwd.default": "fake tensors look at no size of what the kernel computes with",
    "aten._trilinear.default": "the private half of bilinear broadcasts with sizes of 0",
    "aten._unsafe_masked_index_put_accumulate.default": "an index of one element broadcasts",
    "aten._weight_norm.default": "without rows the kernel dies of a division by 0; fake tensors ask for none",
    "aten._weight_norm_interface.default": "numbers in another shape than their norms give norms of that shape",
    "aten.addmv.default": "a product without rows keeps the size of what is added",
    "aten.as_strided_.default": _STORAGE,
    "aten.as_strided_scatter.default": _STORAGE,
    "aten.bernoulli.Tensor": _EMPTY,
    "aten.bernoulli_.Tensor": _EMPTY,
    "aten.binary_cross_entropy.default": "an input with a size of 1 is stretched to the target",
    "aten.cholesky.default": "a batch of no elements need not be square",
    "aten.combinations.default": "fake tensors bound the number of combinations by that of the example",
    "aten.conv_transpose1d.default": _NO_OUTPUT,
    "aten.conv_transpose2d.input": _NO_OUTPUT,
    "aten.conv_transpose3d.input": _NO_OUTPUT,
    "aten.convolution.default": _NO_OUTPUT,
    "aten.convolution_backward.default": _BACKWARD,
    "aten.gradient.tensorarray": "coordinates of another length broadcast against the differences",
    "aten.gradient.tensorarrayint": "coordinates of another length broadcast against the differences",
    "aten.istft.default": "a window without samples is refused by what is made of it",
    "aten.linalg_solve.default": _BATCH,
    "aten.linalg_solve_ex.default": _BATCH,
    "aten.native_batch_norm.default": _ONE_CHANNEL,
    "aten.native_batch_norm_backward.default": _BACKWARD,
    "aten.native_layer_norm_backward.default": _BACKWARD,
    "aten.nll_loss_forward.default": "a reduction that has no number is none for fake tensors",
    "aten.pixel_unshuffle.default": "the kernel copies an input without elements as it is",
    "aten.repeat_interleave.self_Tensor": "a scalar repeated along a dimension, and a count of 1 that is stretched",
    "aten.scaled_dot_product_attention.default": "the fused kernel reads keys and values of different lengths",
    "aten.slice_scatter.default": "a step that data decide is refused",
    "aten.sum_to_size.default": "a size that is neither known to be 1 nor known to be kept is required to be kept",
}
