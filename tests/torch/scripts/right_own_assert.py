"""An operator that asks something of its fresh size: the same when it runs again."""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx
from torch.fx.experimental.symbolic_shapes import (
    DimDynamic,
    PropagateUnbackedSymInts,
    ShapeEnv,
    StatelessSymbolicContext,
)


@torch.library.custom_op("audit_right::pick", mutates_args=())
def pick(x: torch.Tensor, most: int) -> torch.Tensor:
    return x[:most].clone()


@pick.register_fake
def _(x, most):
    size = torch.library.get_ctx().new_dynamic_size()
    torch._check(size <= most)
    torch._check(size * 2 <= x.shape[0] + 20)
    return x.new_empty(size)


mode = FakeTensorMode(shape_env=ShapeEnv())
x = mode.from_tensor(torch.ones(9), symbolic_context=StatelessSymbolicContext(dynamic_sizes=[DimDynamic.DYNAMIC]))
with mode:
    module = make_fx(lambda x: pick(x, 8), tracing_mode="real")(x)
mode.epoch += 1
with mode:
    PropagateUnbackedSymInts(module).run(x)
