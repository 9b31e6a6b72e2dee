"""A graph recorded by PyTorch whose nodes bind an integer and a float, and an expression that is no size."""

import sympy
import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx
from torch.fx.experimental.symbolic_shapes import DimDynamic, ShapeEnv, StatelessSymbolicContext

env = ShapeEnv()
mode = FakeTensorMode(shape_env=env)
dynamic = StatelessSymbolicContext(dynamic_sizes=[DimDynamic.DYNAMIC, DimDynamic.STATIC])
x = mode.from_tensor(torch.ones(7, 3), symbolic_context=dynamic)


def program(x):
    found = x.nonzero()
    torch._check(found.shape[0] >= 3)
    torch._check(found.shape[0] * 2 <= x.shape[0] * 5)
    scale = (x[0] * 2).sum().item()
    return found.sum(0), found.new_zeros(found.shape[0] // 2 + 1, dtype=torch.float64), scale


with mode:
    recorded = make_fx(program, tracing_mode="real")(x)
unknown_function = sympy.zeta(sympy.Symbol("u0", integer=True))
