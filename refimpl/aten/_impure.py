"""Which operators dead code elimination must keep although nothing uses their result."""

from __future__ import annotations

from typing import Final

__all__ = ["draws_random_numbers", "is_effectful"]

_EFFECTFUL: Final = frozenset(
    (
        "aten._assert_async.msg",
        "aten._assert_scalar.default",
        "aten._assert_tensor_metadata.default",
        "aten.sym_constrain_range.default",
        "aten.sym_constrain_range_for_size.default",
    )
)
# All overloads of these draw from a generator.
_RANDOM: Final = frozenset(
    (
        "_cudnn_attention_backward", "_cudnn_attention_forward", "_cudnn_init_dropout_state", "_cudnn_rnn",
        "_efficient_attention_forward", "_fill_mem_eff_dropout_mask_", "_flash_attention_forward",
        "_flash_attention_forward_no_dropout_inplace", "_fused_dropout", "_fused_sdp_choice", "_lstm_mps",
        "_nested_tensor_softmax_with_shape", "_sample_dirichlet", "_scaled_dot_product_attention_math",
        "_scaled_dot_product_attention_math_for_mps", "_scaled_dot_product_cudnn_attention",
        "_scaled_dot_product_cudnn_attention_backward", "_scaled_dot_product_efficient_attention",
        "_scaled_dot_product_efficient_attention_backward", "_scaled_dot_product_flash_attention",
        "_scaled_dot_product_flash_attention_for_cpu", "_scaled_dot_product_fused_attention_overrideable",
        "_standard_gamma", "_triton_scaled_dot_attention", "alpha_dropout", "alpha_dropout_", "bernoulli",
        "bernoulli_", "binomial", "cauchy", "cauchy_", "dropout", "dropout_", "exponential", "exponential_",
        "feature_alpha_dropout", "feature_alpha_dropout_", "feature_dropout", "feature_dropout_", "geometric",
        "geometric_", "gru", "log_normal", "log_normal_", "lstm", "miopen_rnn", "multinomial", "native_dropout",
        "normal", "normal_", "normal_functional", "poisson", "rand", "rand_like", "randint", "randint_like", "randn",
        "randn_like", "random", "random_", "randperm", "rnn_relu", "rnn_tanh", "rrelu", "rrelu_",
        "rrelu_with_noise", "rrelu_with_noise_", "rrelu_with_noise_functional", "scaled_dot_product_attention",
        "uniform", "uniform_",
    )
)  # fmt: skip


def is_effectful(name: str) -> bool:
    """Whether the operator is kept for its effect alone: the asserts that return nothing.

    Source: ``torch.fx.node._side_effectful_functions``.
    """
    return name in _EFFECTFUL


def draws_random_numbers(name: str) -> bool:
    """Whether the operator advances a generator of random numbers.

    Source: PyTorch's tag ``nondeterministic_seeded``.
    """
    namespace, _, rest = name.partition(".")
    return namespace in ("aten", "prims") and rest.partition(".")[0] in _RANDOM
