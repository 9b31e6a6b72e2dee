"""One symbol stood for two nodes by a memo; a run without the memo has a second symbol, which nothing binds."""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.symbolic_shapes import (
    PropagateUnbackedSymInts,
    ShapeEnv,
    compute_unbacked_bindings,
    statically_known_true,
)

env = ShapeEnv()
mode = FakeTensorMode(shape_env=env)
graph = torch.fx.Graph()
mask = graph.placeholder("mask")
first = graph.call_function(torch.ops.aten.nonzero.default, (mask,))
copy = graph.call_function(torch.ops.aten.clone.default, (mask,))
second = graph.call_function(torch.ops.aten.nonzero.default, (mask,))
graph.output((first, second))
program = torch.fx.GraphModule(torch.nn.Module(), graph)
with mode:
    value = torch.empty(7, dtype=torch.bool)
    for node in (first, second):
        node.meta["val"] = torch.ops.aten.nonzero.default(value)
        node.meta["unbacked_bindings"] = compute_unbacked_bindings(env, node.meta["val"])
        print(f"{node.name}: size {node.meta['val'].size()}, binds {node.meta['unbacked_bindings']}")
    second.args = (copy,)  # a pass moves the mask, as to another device: the memo is missed from now on
    mode.epoch += 1
    one, other = PropagateUnbackedSymInts(program).run(value)
print(f"after: sizes {one.size()} and {other.size()}")
print(f"known to be equal: {statically_known_true(one.size(0) == other.size(0))}")
print(f"renamings: {env.unbacked_renamings}, never bound: {other.size(0)}")
