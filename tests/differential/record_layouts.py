"""Record the layouts that PyTorch's fake tensors give for images and volumes in several memory formats.

``python tests/differential/record_layouts.py OUTPUT`` (with torch 2.13.0) writes one JSON object a line: operators of
networks on contiguous, channels-last, permuted, expanded and sliced inputs, under the Python dispatcher and
``no_grad``; a refusal has ``error`` instead of ``out``.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Final

# Run in a separate process: what imports torch is no part of the typed tree.
_RECORDER: Final = r"""
import json, sys, warnings
warnings.simplefilter("ignore")
import torch
from torch._dispatch.python import enable_python_dispatcher
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.symbolic_shapes import ShapeEnv

def encoded(x):
    if isinstance(x, torch.Tensor):
        return {"t": [list(x.shape), list(x.stride()), x.storage_offset(), str(x.dtype)[6:]]}
    if isinstance(x, (list, tuple)):
        return [encoded(item) for item in x]
    if isinstance(x, torch.dtype):
        return {"dtype": str(x)[6:]}
    return {"f": repr(x)} if isinstance(x, float) else x

seen = set()
output = open(sys.argv[1], "w")
def emit(op, *args, **kwargs):
    call = {"op": f"aten.{op}", "args": encoded(args), "kwargs": {key: encoded(value) for key, value in kwargs.items()}}
    if json.dumps(call) in seen:
        return
    seen.add(json.dumps(call))
    name, overload = op.split(".")
    try:
        call["out"] = encoded(getattr(getattr(torch.ops.aten, name), overload)(*args, **kwargs))
    except Exception as error:
        call["error"] = [type(error).__name__, str(error).partition("\n")[0]]
    output.write(json.dumps(call) + "\n")

Z = torch.zeros
def images(dtype=torch.float32):
    x = Z(2, 6, 4, 5, dtype=dtype)
    return [
        x, x.to(memory_format=torch.channels_last), Z(4, 2, 5, 6, dtype=dtype).permute(1, 3, 0, 2),
        Z(2, 1, 4, 5, dtype=dtype).expand(2, 6, 4, 5), Z(2, 6, 9, 5, dtype=dtype)[:, :, 1:5],
    ]

def normalisations(t):
    w = Z(6, dtype=t.dtype)
    emit("layer_norm.default", t, [5])
    emit("layer_norm.default", t, [4])
    emit("native_layer_norm.default", t, [4, 5], None, None, 1e-5)
    emit("group_norm.default", t, 3)
    emit("group_norm.default", t, 4)
    emit("native_group_norm.default", t, None, None, 2, 6, 20, 3, 1e-5)
    emit("batch_norm.default", t, w, w, w, w, False, 0.1, 1e-5, True)
    emit("batch_norm.default", t, None, None, Z(5), Z(5), False, 0.1, 1e-5, True)
    for training in (True, False):
        emit("_native_batch_norm_legit_functional.default", t, w, w, w, w, training, 0.1, 1e-5)
    emit("_native_batch_norm_legit_no_training.default", t, w, w, w, w, 0.1, 1e-5)
    emit("_batch_norm_with_update_functional.default", t, w, w, w, w, 0.1, 1e-5)
    emit("instance_norm.default", t, None, None, None, None, True, 0.1, 1e-5, True)
    emit("rms_norm.default", t, [5])

def windows(t):
    for kernel in ([1, 1], [2, 3]):
        weight = Z(3, 6, *kernel, dtype=t.dtype)
        for stride, padding in (([1, 1], [0, 0]), ([2, 1], [1, 1])):
            emit("convolution.default", t, weight, None, stride, padding, [1, 1], False, [0, 0], 1)
            turned = Z(6, 3, *kernel, dtype=t.dtype)
            emit("convolution.default", t, turned, None, stride, padding, [1, 1], True, [0, 0], 2)
            emit("conv2d.default", t[0], weight.to(memory_format=torch.channels_last), None, stride, padding)
            for ceil in (True, False):
                emit("max_pool2d_with_indices.default", t, kernel, stride, [0, 0], [1, 1], ceil)
                emit("avg_pool2d.default", t, kernel, stride, [0, 0], ceil)
    emit("conv2d.padding", t, Z(3, 6, 2, 3, dtype=t.dtype), None, [1, 1], "same")
    emit("conv2d.padding", t, Z(3, 6, 2, 3, dtype=t.dtype), None, [2, 1], "same")
    for size in ([1, 1], [2, 3]):
        for op in ("adaptive_avg_pool2d", "adaptive_max_pool2d"):
            emit(f"{op}.default", t, size)
            emit(f"{op}.default", t[0], size)

def resizings(t):
    emit("upsample_nearest2d.vec", t, None, [2.0, 1.5])
    emit("upsample_bilinear2d.vec", t, [7, 3], False, None)
    emit("upsample_bicubic2d.vec", t, None, False, [2.0, 2.0])
    emit("_upsample_bilinear2d_aa.vec", t, [7, 3], False, None)
    emit("pixel_shuffle.default", torch.cat([t, t], 1), 2)
    emit("pixel_shuffle.default", t, 2)
    emit("pixel_unshuffle.default", t[..., :4], 2)
    emit("channel_shuffle.default", t, 3)
    emit("max_unpool2d.default", t, torch.zeros_like(t, dtype=torch.long), [8, 9])
    emit("grid_sampler.default", t, Z(2, 7, 8, 2, dtype=t.dtype), 0, 0, False)
    emit("im2col.default", t, [2, 2], [1, 1], [0, 1], [1, 2])

def vectors():
    for t in (Z(2, 6, 9), Z(2, 9, 6).transpose(1, 2), Z(2, 1, 9), Z(2, 6, 18)[:, :, ::2]):
        channels = t.shape[1]
        emit("conv1d.default", t, Z(4, channels, 3), None, [2], [1])
        emit("conv_transpose1d.default", t, Z(channels, 4, 3), None, [2], [1])
        emit("max_pool1d.default", t, [3], [2], [1], [1], True)
        emit("avg_pool1d.default", t, [3], [2], [1], False)
        emit("adaptive_avg_pool1d.default", t, [4])
        emit("upsample_linear1d.vec", t, [4], False, None)

def volumes():
    v = Z(2, 3, 5, 6, 7)
    for t in (v, v.to(memory_format=torch.channels_last_3d), Z(2, 5, 6, 7, 3).permute(0, 4, 1, 2, 3)):
        emit("conv3d.default", t, Z(4, 3, 2, 2, 2))
        emit("max_pool3d.default", t, [2, 2, 2], [2, 2, 2], [1, 1, 1], [1, 1, 1], True)
        emit("avg_pool3d.default", t, [2, 2, 2], [2, 2, 2], [1, 1, 1], True)
        emit("adaptive_avg_pool3d.default", t, [1, 1, 1])
        emit("adaptive_avg_pool3d.default", t, [2, 2, 2])
        emit("upsample_nearest3d.vec", t, None, [2.0, 2.0, 1.5])
        emit("batch_norm.default", t, None, None, Z(3), Z(3), False, 0.1, 1e-5, True)

def attention():
    q, transposed = Z(2, 4, 5, 8), Z(2, 5, 4, 8).transpose(1, 2)
    op = "scaled_dot_product_attention.default"
    for query in (q, transposed, Z(2, 5, 3, 4, 8)[:, :, 1].transpose(1, 2)):
        emit(op, query, q, q)
        emit(op, query, transposed, transposed, None, 0.0, True)
        emit(op, query, q, q, None, 0.1)
        emit(op, query, q, q, Z(5, 5, dtype=torch.bool))
        emit(op, query, q, Z(2, 4, 5, 6))
        emit(op, query[0], q[0], q[0])
        emit(op, query, Z(2, 4, 9, 8), Z(2, 4, 9, 8))
        emit("_scaled_dot_product_flash_attention_for_cpu.default", query, q, q)

def recurrent():
    for op, gates in (("lstm", 4), ("gru", 3), ("rnn_tanh", 1), ("rnn_relu", 1)):
        for bias in (True, False):
            for layers, ways in ((1, 1), (2, 2)):
                weights = []
                for layer in range(layers):
                    for _ in range(ways):
                        weights += [Z(gates * 4, 3 if layer == 0 else 4 * ways), Z(gates * 4, 4)]
                        weights += [Z(gates * 4)] * 2 if bias else []
                for batch_first in (True, False):
                    for x in (Z(5, 6, 3), Z(6, 5, 3).transpose(0, 1), Z(1, 1, 3), Z(5, 0, 3), Z(5, 6, 2)):
                        batch, length = x.shape[:2] if batch_first else (x.shape[1], x.shape[0])
                        if not length:
                            continue  # what eager kernels refuse and decompositions do not
                        for width in (4, 2):
                            hidden = Z(layers * ways, batch, width)
                            state = [hidden, hidden.clone()] if op == "lstm" else hidden
                            emit(f"{op}.input", x, state, weights, bias, layers, 0.0, False, ways == 2, batch_first)
        for x, h in ((Z(6, 3), Z(6, 4)), (Z(3, 6).t(), Z(6, 4)), (Z(0, 3), Z(0, 4)), (Z(6, 2), Z(6, 4))):
            state = [h, h.clone()] if op == "lstm" else h
            emit(f"{op}_cell.default", x, state, Z(gates * 4, 3), Z(gates * 4, 4), Z(gates * 4), Z(gates * 4))
            emit(f"{op}_cell.default", x, state, Z(gates * 4, 3), Z(gates * 4, 4))

def numbers():
    for t in (Z(3, 4), Z(4, 3).t(), Z(()), Z(0, 2), Z(6, 4)[2:, ::2]):
        for op in ("sym_size", "sym_stride", "size", "stride"):
            for dim in (-3, -2, -1, 0, 1, 2):
                emit(f"{op}.int", t, dim)
            emit(f"{op}.default", t)
        for op in ("sym_numel", "numel", "sym_storage_offset", "storage_offset"):
            emit(f"{op}.default", t)
        for dtype in (torch.float32, torch.int64):
            emit("_assert_tensor_metadata.default", t, None, None, dtype)

def signals():
    for name in ("hann", "hamming", "bartlett", "blackman", "kaiser"):
        for length in (-1, 0, 1, 8):
            emit(f"{name}_window.default", length)
            emit(f"{name}_window.periodic", length, False, dtype=torch.float64)
    emit("hamming_window.periodic_alpha", 8, True, 0.5)
    emit("hamming_window.periodic_alpha_beta", 8, True, 0.5, 0.4)
    emit("kaiser_window.beta", 8, True, 12.0)
    for length in (-2, 0, 1, 7):
        emit("fft_fftfreq.default", length)
        emit("fft_rfftfreq.default", length, 0.5)

def others():
    low, scale = torch.float8_e4m3fn, Z(())
    for m, k, n in ((16, 32, 48), (16, 32, 0), (17, 32, 48), (16, 30, 48)):
        a, b = Z(m, k, dtype=low), Z(n, k, dtype=low).t()
        emit("_scaled_mm.default", a, b, scale, scale)
        emit("_scaled_mm.default", a, b, scale, scale, None, None, torch.bfloat16)
        emit("_scaled_mm.default", a, Z(k, n, dtype=low), scale, scale)
    for data in (Z(5, 3), Z(3, 5).t()):
        for axis in (0, 1):
            emit("segment_reduce.default", data, "sum", lengths=Z(2, dtype=torch.int64), axis=axis, unsafe=True)
    for info in (Z((), dtype=torch.int32), Z(3, dtype=torch.int32)):
        emit("_linalg_check_errors.default", info, "inv", is_matrix=info.ndim == 0)

def gradients():
    x, turned = Z(3, 4), Z(4, 3).t()
    pairs = [(x, x), (turned, x), (x, turned), (turned, turned), (Z(0, 4), Z(0, 4)), (x[::2], Z(1, 4).expand(2, 4))]
    pairs += [(t, u) for t in images() for u in images()[:2]]
    for grad, x in pairs:
        for name in ("tanh", "sigmoid", "silu", "mish", "hardswish", "hardsigmoid", "gelu"):
            emit(f"{name}_backward.default", grad, x)
        numbers = {"threshold": (0,), "hardtanh": (-1, 1), "leaky_relu": (0.1, False), "softplus": (1, 20)}
        numbers |= {"hardshrink": (0.5,), "softshrink": (0.5,), "logit": (0.1,)}
        for name, values in numbers.items():
            emit(f"{name}_backward.default", grad, x, *values)
        emit("elu_backward.default", grad, 1.0, 1.0, 1.0, False, x)
        emit("mse_loss_backward.default", grad, x, grad, 0)
        emit("mse_loss_backward.default", Z(()), x, grad, 1)
    for grad in (Z(5, 2, 8), Z(2, 5, 8).transpose(0, 1)):
        emit("embedding_dense_backward.default", grad, Z(5, 2, dtype=torch.int64), 10, -1, False)
    for grad in (Z(3, 5), Z(5, 3).t()):
        emit("select_backward.default", grad, [3, 4, 5], 1, 2)
        emit("slice_backward.default", grad, [3, 8], 1, 0, 5, 1)
        emit("nll_loss_backward.default", Z(3), grad, Z(3, dtype=torch.int64), None, 0, -100, Z(()))
        emit("nll_loss_backward.default", Z(()), grad, Z(3, dtype=torch.int64), None, 1, -100, Z(()))
    for t in images():
        emit("avg_pool2d_backward.default", Z(2, 6, 2, 2), t, [2, 2], [2, 2], [0, 0], False, True, None)
        emit("_adaptive_avg_pool2d_backward.default", Z(2, 6, 2, 2), t)
        emit("upsample_nearest2d_backward.default", t, [4, 5], [2, 6, 2, 3])
        for mask in ([True, True, True], [True, False, True]):
            moments = Z(2, 6, 4, 1), Z(2, 6, 4, 1)
            emit("native_layer_norm_backward.default", t, t, [5], *moments, Z(5), Z(5), mask)
            emit("native_layer_norm_backward.default", t, t, [5], *moments, None, None, [True, False, False])
            emit("native_group_norm_backward.default", t, t, Z(2, 3), Z(2, 3), Z(6), 2, 6, 20, 3, mask)

def layer_gradients():
    every = [True, True, True]
    for t in images():
        for grouped, mask in ((2, every), (1, [True, False, False])):
            weight = Z(4, 6 // grouped, 2, 3)
            grad, one = Z(2, 4, 3, 3), [1, 1]
            for w in (weight, weight.to(memory_format=torch.channels_last)):
                emit("convolution_backward.default", grad, t, w, [4], one, [0, 0], one, False, [0, 0], grouped, mask)
        weight, grad = Z(6, 4, 2, 3), Z(2, 4, 5, 7)
        emit("convolution_backward.default", grad, t, weight, [4], [1, 1], [0, 0], [1, 1], True, [0, 0], 1, every)
        v = Z(6)
        for grad in images()[:2]:
            for train in (True, False):
                emit("native_batch_norm_backward.default", grad, t, v, v, v, v, v, train, 1e-5, every)
            emit("native_batch_norm_backward.default", grad, t, None, v, v, v, v, True, 1e-5, [True, False, False])
    for t in (Z(2, 6, 9), Z(2, 9, 6).transpose(1, 2)):
        emit("convolution_backward.default", Z(2, 4, 4), t, Z(4, 6, 3), [4], [2], [0], [1], False, [0], 1, every)
    volume, weight = Z(2, 3, 5, 6, 7), Z(4, 3, 2, 2, 2)
    for t in (volume, volume.to(memory_format=torch.channels_last_3d)):
        one, none = [1] * 3, [0] * 3
        grad, mask = Z(2, 4, 4, 5, 6), [True, True, False]
        emit("convolution_backward.default", grad, t, weight, None, one, none, one, False, none, 1, mask)

def lists():
    tensors, turned, numbers = [Z(2, 3), Z(4), Z(())], [Z(3, 2).t(), Z(4), Z(1)], [1.0, 2, 0.5]
    whole = [Z(3, dtype=torch.int64), Z(2, 2, dtype=torch.int64)]
    for name in ("abs", "ceil", "exp", "neg", "reciprocal", "sqrt", "sigmoid", "sign", "tanh", "max"):
        for given in (tensors, turned, whole):
            emit(f"_foreach_{name}.default", given)
    for name in ("add", "sub", "mul", "div", "pow", "maximum", "minimum", "clamp_max", "clamp_min"):
        emit(f"_foreach_{name}.List", tensors, turned)
        emit(f"_foreach_{name}.Scalar", turned, 2)
        emit(f"_foreach_{name}.Scalar", whole, 2.5)
        emit(f"_foreach_{name}.ScalarList", tensors, numbers)
    for name in ("add", "mul", "div"):
        emit(f"_foreach_{name}.Tensor", tensors, Z(()))
    emit("_foreach_pow.ScalarAndTensor", 2, tensors)
    for name in ("addcdiv", "addcmul"):
        emit(f"_foreach_{name}.Scalar", tensors, tensors, tensors, 2)
        emit(f"_foreach_{name}.ScalarList", tensors, tensors, tensors, numbers)
    emit("_foreach_lerp.List", tensors, tensors, tensors)
    emit("_foreach_lerp.Scalar", tensors, tensors, 0.5)
    emit("_foreach_lerp.ScalarList", tensors, tensors, numbers)
    emit("_foreach_norm.Scalar", tensors, 2)
    emit("_foreach_norm.Scalar", tensors, 1, torch.float64)
    emit("_foreach_zero_.default", tensors)
    emit("_foreach_copy_.default", tensors, turned)
    emit("_foreach_add_.List", tensors, tensors)
    emit("_foreach_mul_.Scalar", tensors, 2)

def native():
    w3, b3, w, b, pad = Z(48, 16), Z(48), Z(16, 16), Z(16), Z(2, 5, dtype=torch.bool)
    wide, narrow = Z(32, 16), Z(16, 32)
    for x in (Z(2, 5, 16), Z(5, 2, 16).transpose(0, 1), Z(2, 5, 32)[:, :, ::2], Z(0, 5, 16)):
        for needed, averaged in ((True, True), (True, False), (False, True)):
            emit("_native_multi_head_attention.default", x, x, x, 16, 4, w3, b3, w, b, None, needed, averaged)
        emit("_native_multi_head_attention.default", x, x, x, 16, 4, w3, b3, w, b, pad, True, True, 1)
        for first in (True, False):
            layers = b, b, b, b, wide, Z(32), narrow, b
            emit("_transformer_encoder_layer_fwd.default", x, 16, 4, w3, b3, w, b, False, first, 1e-5, *layers)
            emit("_transformer_encoder_layer_fwd.default", x, 16, 4, w3, b3, w, b, True, first, 1e-5, *layers, pad, 1)
    for t in (Z(2, 4, 5, 5), Z(2, 5, 4, 5).transpose(1, 2), Z(2, 4, 5, 5).transpose(2, 3)):
        emit("_masked_softmax.default", t, pad, 3, 1)
        emit("_masked_softmax.default", t, Z(5, 5, dtype=torch.bool), -1, 0)
        emit("_masked_softmax.default", t, Z(2, 4, 5, 5, dtype=torch.bool), None, 2)
    emit("_transform_bias_rescale_qkv.default", Z(2, 5, 48), b3, 4)
    low, offsets = torch.bfloat16, Z(3, dtype=torch.int32)
    a, stacked = Z(10, 16, dtype=low), Z(3, 16, 32, dtype=low)
    for right in (stacked, Z(3, 32, 16, dtype=low).transpose(1, 2), stacked[:2], Z(3, 16, 12, dtype=low)):
        emit("_grouped_mm.default", a, right, offsets)
        emit("_grouped_mm.default", Z(3, 10, 16, dtype=low), right)
        emit("_grouped_mm.default", a, right)
    emit("_grouped_mm.default", Z(3, 10, 16, dtype=low), Z(16, 32, dtype=low), offsets)
    emit("_grouped_mm.default", Z(8, 16, dtype=low), Z(16, 32, dtype=low), offsets)
    emit("_grouped_mm.default", Z(10, 16), Z(3, 16, 32), offsets)

def refused():
    for op in ("cov", "corrcoef"):
        emit(f"{op}.default", Z(3, 4))
    for op in ("allclose", "equal", "linalg_lstsq"):
        emit(f"{op}.default", Z(3, 4), Z(3, 4))
    emit("unique_dim_consecutive.default", Z(3, 4), 0)

def older(t):
    for name in ("Half", "Long", "Float"):
        emit(f"_cast_{name}.default", t)
    emit("_stack.default", [t, t], 1)
    emit("_aminmax.default", t)
    emit("_reshape_alias.default", Z(t.shape), [t.numel()], [1])
    emit("_lazy_clone.default", t)
    emit("to.prim_dtype", t, 7)
    emit("flatten_dense_tensors.default", [t, t])
    emit("_standard_gamma_grad.default", t, t)
    emit("_masked_scale.default", t, Z(t.shape, dtype=torch.uint8), 2.0)
    emit("_index_put_impl.default", t, [Z(1, dtype=torch.int64)], Z(t.shape[1:]))
    emit("randint_like.generator", t, 5, generator=None)
    emit("randint_like.low_generator_dtype", t, 1, 5, generator=None)
    emit("randint_like.Tensor", t, Z((), dtype=torch.int64))
    emit("_convolution_mode.default", t, Z(3, 6, 3, 3), None, [1, 1], "same", [1, 1], 1)
    emit("_convolution.deprecated", t, Z(3, 6, 2, 3), None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1, *[False] * 3)

def olds():
    for size in ([3], [2, 0]):
        emit("randint.generator", 5, size, generator=None)
        emit("randint.low_generator", 1, 5, size, generator=None)
    for start, end in ((0, 5), (2, 2), (0.5, 3.2), (3, 1)):
        emit("range.default", start, end)
        emit("range.step", start, end, 2)
        emit("range.step", end, start, -1, dtype=torch.int64)
    emit("range.step", 0, 1, 0)
    emit("_addmm_activation.default", Z(4), Z(3, 5), Z(5, 4))

# Programs are exported without MKL-DNN, whose kernels for volumes have layouts of their own.
torch.backends.mkldnn.set_flags(False)
with FakeTensorMode(shape_env=ShapeEnv()), enable_python_dispatcher(), torch.no_grad():
    for t in images():
        for part in (normalisations, windows, resizings, older):
            part(t)
    for t in images(torch.float64)[:3]:
        windows(t)
    vectors()
    volumes()
    for part in (attention, recurrent, numbers, signals, others, gradients, layer_gradients, lists):
        part()
    for part in (native, refused, olds):
        part()
output.close()
"""

if __name__ == "__main__":
    sys.exit(subprocess.run([sys.executable, "-c", _RECORDER, *sys.argv[1:]], check=False).returncode)
