"""Random numbers: no data-dependent quantity, and the sizes of the tensor or the parameters."""

from __future__ import annotations

from refimpl.aten._broadcast import broadcast_sizes, require_expands
from refimpl.aten._elementwise import dense, elementwise, like
from refimpl.aten._factory import TensorOptions, made
from refimpl.aten._in_place import require_no_overlap, scalar_type_name
from refimpl.aten._kernels import missing_kernel
from refimpl.aten._promotion import Kind, convert_kind, result_type
from refimpl.aten._registry import shape
from refimpl.aten._strides import contiguous_strides, fresh
from refimpl.aten.copies import clone
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import Device, FakeTensor, Layout, Sizes
from refimpl.terms import Dim, eq, gt, le

__all__: list[str] = []


@shape("aten.uniform.default")
def uniform(ctx: Context, self: FakeTensor, low: float, high: float, generator: object) -> Value:
    """Random numbers between two bounds, laid out as ``self``."""
    if low > high:
        raise RuntimeError(f"uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}")
    return fresh(ctx, self, self.sizes, self.strides)


@shape("aten.log_normal.default")
def log_normal(ctx: Context, self: FakeTensor, mean: float, std: float, generator: object) -> Value:
    """Random numbers of the log-normal distribution, laid out as ``self``."""
    if std <= 0:
        raise RuntimeError(f"log_normal_ expects std > 0.0, but found std={std:g}")
    if not self.dtype.is_floating_point:
        raise RuntimeError(f"log_normal not implemented for {self.dtype}")
    return like(ctx, self)


@shape("aten.normal_functional.default")
def normal_functional(ctx: Context, self: FakeTensor, mean: float, std: float, generator: object) -> Value:
    """Normal random numbers, laid out as ``self``."""
    _require_deviation(std)
    _require_normal(self.dtype)
    return clone(ctx, self, None)


@shape("aten.cauchy.default")
def cauchy(ctx: Context, self: FakeTensor, median: float, sigma: float, generator: object) -> Value:
    """Random numbers of Cauchy's distribution, laid out as ``self``."""
    _require_continuous(self, "Cauchy")
    if sigma <= 0:
        raise RuntimeError(f"cauchy_ expects sigma > 0.0, but found sigma={sigma:g}")
    return like(ctx, self)


@shape("aten.geometric.default")
def geometric(ctx: Context, self: FakeTensor, p: float, generator: object) -> Value:
    """Random numbers of the geometric distribution, laid out as ``self``."""
    if not 0 < p < 1:
        raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={p:g}")
    if self.dtype is DType.bool or self.dtype.is_complex:
        raise RuntimeError(f"geometric not implemented for {self.dtype}")
    return like(ctx, self)


@shape("aten.exponential.default")
def exponential(ctx: Context, self: FakeTensor, lambd: float, generator: object) -> Value:
    """Random numbers of the exponential distribution, laid out as ``self``."""
    _require_continuous(self, "Exponential")
    if lambd <= 0:
        raise RuntimeError(f"exponential_ expects lambda > 0.0, but found lambda={lambd:g}")
    return like(ctx, self)


def _require_continuous(tensor: FakeTensor, name: str) -> None:
    if not tensor.dtype.is_floating_point:
        raise RuntimeError(
            f"{name} distribution is a continuous probability distribution. dtype must be a floating point but you "
            f"specified {scalar_type_name(tensor.dtype)}"
        )


def _sampled_like(name: str, kernel: str) -> None:
    def function(ctx: Context, self: FakeTensor, generator: object) -> Value:
        """A random number for each parameter, laid out as the parameters."""
        _require_parameters(self, kernel)
        return like(ctx, self)

    shape(f"aten.{name}.default")(function)


_sampled_like("poisson", "poisson_cpu")
_sampled_like("_standard_gamma", "gamma_cpu")


def _require_parameters(tensor: FakeTensor, kernel: str) -> None:
    if not tensor.dtype.is_floating_point:
        raise missing_kernel(kernel, tensor.dtype)


@shape("aten._sample_dirichlet.default")
def sample_dirichlet(ctx: Context, self: FakeTensor, generator: object) -> Value:
    """A random distribution for each row of parameters, contiguous."""
    _require_parameters(self, "dirichlet")
    return fresh(ctx, self, self.sizes)


@shape("aten.binomial.default")
def binomial(ctx: Context, count: FakeTensor, prob: FakeTensor, generator: object) -> Value:
    """Random numbers of successes, contiguous where the counts are not broadcast."""
    for name, tensor in (("count", count), ("prob", prob)):
        if not tensor.dtype.is_floating_point:
            kind = scalar_type_name(tensor.dtype)
            raise ValueError(f"binomial only supports floating-point dtypes for {name}, got: {kind}")
    if prob.dtype is not count.dtype:
        raise RuntimeError(f"Found dtype {scalar_type_name(prob.dtype)} but expected {scalar_type_name(count.dtype)}")
    made = elementwise(ctx, (count, prob), count.dtype)
    return fresh(ctx, count, made.sizes) if made.sizes == count.sizes else made


@shape("aten.normal_.default")
def normal_in_place(ctx: Context, self: FakeTensor, mean: float, std: float, generator: object) -> Value:
    """Normal random numbers written into ``self``. Raises RuntimeError for a negative deviation."""
    _require_deviation(std)
    require_no_overlap(ctx, self)
    _require_normal(self.dtype)
    return self


def _require_deviation(std: float) -> None:
    if std < 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std}")


def _require_normal(dtype: DType) -> None:
    """Normal numbers are floats, or pairs of them. Raises RuntimeError, worded as by fake tensors."""
    if not (dtype.is_floating_point or dtype.is_complex):
        raise RuntimeError(f"expected a floating-point or complex dtype, but got dtype={dtype}")


@shape("aten.normal.Tensor_float")
def normal_tensor_float(ctx: Context, mean: FakeTensor, std: float, generator: object) -> Value:
    """Normal random numbers around each mean, contiguous."""
    _require_deviation(std)
    return dense(ctx, mean, mean.sizes, convert_kind(ctx, Kind.INT_TO_FLOAT, mean.dtype))


@shape("aten.normal.float_Tensor")
def normal_float_tensor(ctx: Context, mean: float, std: FakeTensor, generator: object) -> Value:
    """Normal random numbers with each deviation."""
    return like(ctx, std, convert_kind(ctx, Kind.INT_TO_FLOAT, std.dtype))


@shape("aten.normal.Tensor_Tensor")
def normal_tensors(ctx: Context, mean: FakeTensor, std: FakeTensor, generator: object) -> Value:
    """Normal random numbers, means and deviations broadcast."""
    if std.dtype.is_complex:
        raise RuntimeError("normal expects standard deviation to be non-complex")
    sizes = broadcast_sizes(ctx, mean.sizes, std.sizes)
    dtype = result_type(ctx, mean, std)
    _require_normal(dtype)
    scaled = elementwise(ctx, (std, fresh(ctx, mean, sizes)), dtype)
    return elementwise(ctx, (scaled, mean), dtype)


@shape("aten.normal.float_float")
def normal_floats(
    ctx: Context,
    mean: float,
    std: float,
    size: Sizes,
    generator: object,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
) -> Value:
    """Normal random numbers of given sizes."""
    _require_deviation(std)
    return made(ctx, size, TensorOptions(dtype, layout, device))


@shape("aten.random.default")
def random(ctx: Context, self: FakeTensor, generator: object) -> Value:
    """Random integers, laid out as ``self``."""
    return clone(ctx, self, None)


@shape("aten.random.to")
def random_to(ctx: Context, self: FakeTensor, to: int, generator: object) -> Value:
    """Random integers below a bound, laid out as ``self``."""
    return random_from(ctx, self, 0, to, generator)


@shape("aten.random.from")
def random_from(ctx: Context, self: FakeTensor, low: int, to: int | None, generator: object) -> Value:
    """Random integers between two bounds, laid out as ``self``. Raises RuntimeError if there are none."""
    if to is not None and low >= to:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={to}")
    return clone(ctx, self, None)


@shape("aten.bernoulli.default")
def bernoulli(ctx: Context, self: FakeTensor, generator: object) -> Value:
    """0 or 1, each element its own probability, in a contiguous tensor."""
    return fresh(ctx, self, self.sizes)


@shape("aten.bernoulli.p")
def bernoulli_p(ctx: Context, self: FakeTensor, p: float, generator: object) -> Value:
    """0 or 1 with one probability, in a contiguous tensor. Raises RuntimeError for no probability."""
    if not 0 <= p <= 1:
        raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p}")
    return fresh(ctx, self, self.sizes)


@shape("aten.bernoulli.Tensor")
def bernoulli_tensor(ctx: Context, self: FakeTensor, p: FakeTensor, generator: object) -> Value:
    """0 or 1, laid out as ``self``, to whose sizes the probabilities expand."""
    empty = eq(self.numel(), 0)
    if ctx.known(empty) is not True:
        require_expands(ctx, p, self.sizes, empty)
    return clone(ctx, self, None)


@shape("aten.multinomial.default")
def multinomial(ctx: Context, self: FakeTensor, num_samples: Dim, replacement: bool, generator: object) -> Value:
    """Indices drawn by weight, a row for each distribution. Raises RuntimeError for more draws than categories."""
    if not self.dtype.is_floating_point:
        raise RuntimeError(
            f"multinomial only supports floating-point dtypes for input, got: {scalar_type_name(self.dtype)}"
        )
    if self.ndim not in (1, 2):
        raise RuntimeError("prob_dist must be 1 or 2 dim")
    if ctx.must_state(gt(num_samples, 0)):
        ctx.require(gt(num_samples, 0), "cannot sample n_sample <= 0 samples")
    if not replacement:
        fits = le(num_samples, self.sizes[-1])
        if ctx.must_state(fits):
            ctx.require(fits, "cannot sample n_sample > prob_dist.size(-1) samples without replacement")
    sizes = (*self.sizes[:-1], num_samples)
    return FakeTensor(sizes, contiguous_strides(ctx, sizes), DType.int64, self.device)


@shape("aten.rand_like.generator", "aten.randn_like.generator")
def random_like_generator(
    ctx: Context,
    self: FakeTensor,
    generator: object,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
    memory_format: str | None,
) -> Value:
    """Random numbers of a generator in the sizes of a tensor."""
    _require_normal(dtype or self.dtype)
    return made(ctx, self.sizes, TensorOptions.of(self, dtype, layout, device), like(ctx, self).strides)


@shape("aten.randperm.generator")
def randperm_generator(
    ctx: Context,
    n: Dim,
    generator: object,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
) -> Value:
    """A random permutation of a generator."""
    return made(ctx, (n,), TensorOptions(dtype or DType.int64, layout, device))
