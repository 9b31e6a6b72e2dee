"""EMIT: an operator asks something of its fresh size; the assert stays under a name that the graph does not bind."""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx
from torch.fx.experimental.symbolic_shapes import PropagateUnbackedSymInts, ShapeEnv


@torch.library.custom_op("audit_emit::pick", mutates_args=())
def pick(x: torch.Tensor, most: int) -> torch.Tensor:
    return x[:most].clone()


@pick.register_fake
def _(x, most):
    size = torch.library.get_ctx().new_dynamic_size()
    torch._check(size <= most)
    return x.new_empty(size)


mode = FakeTensorMode(shape_env=ShapeEnv())
with mode:
    x = torch.ones(9)
    module = make_fx(lambda x: pick(x, 8), tracing_mode="real")(x)
for node in module.graph.find_nodes(op="call_function", target=torch.ops.audit_emit.pick.default):
    node.args = (node.args[0], 4)  # a pass that knows more: at most 4
module.recompile()
mode.epoch += 1
with mode:
    PropagateUnbackedSymInts(module).run(x)
