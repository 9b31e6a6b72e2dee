"""FRAME: the fresh size equals an input's size, so that rebinding narrows what the caller may give, without a guard."""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx
from torch.fx.experimental.symbolic_shapes import (
    DimDynamic,
    PropagateUnbackedSymInts,
    ShapeEnv,
    StatelessSymbolicContext,
)


@torch.library.custom_op("audit_frame::same", mutates_args=())
def same(x: torch.Tensor, all_of_it: bool) -> torch.Tensor:
    return x.clone()


@same.register_fake
def _(x, all_of_it):
    size = torch.library.get_ctx().new_dynamic_size()
    if all_of_it:
        torch._check(size == x.shape[0])
    return x.new_empty(size)


def program(x):
    found = same(x, False)
    torch._check(found.shape[0] >= 5)
    return found


mode = FakeTensorMode(shape_env=ShapeEnv())
dynamic = StatelessSymbolicContext(dynamic_sizes=[DimDynamic.DYNAMIC])
x = mode.from_tensor(torch.ones(7), symbolic_context=dynamic)
with mode:
    module = make_fx(program, tracing_mode="real")(x)
for node in module.graph.find_nodes(op="call_function", target=torch.ops.audit_frame.same.default):
    node.args = (node.args[0], True)
mode.epoch += 1
with mode:
    PropagateUnbackedSymInts(module).run(x)
