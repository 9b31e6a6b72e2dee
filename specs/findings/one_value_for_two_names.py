"""Two nodes bound two symbols; on the second run a memo gives both one symbol: an assertion fails."""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.symbolic_shapes import PropagateUnbackedSymInts, ShapeEnv, compute_unbacked_bindings

env = ShapeEnv()
mode = FakeTensorMode(shape_env=env)
graph = torch.fx.Graph()
mask = graph.placeholder("mask")
first = graph.call_function(torch.ops.aten.nonzero.default, (mask,))
second = graph.call_function(torch.ops.aten.nonzero.default, (mask,))
graph.output((first, second))
program = torch.fx.GraphModule(torch.nn.Module(), graph)
with mode:
    value = torch.empty(7, dtype=torch.bool)
    for node in (first, second):
        mode.epoch += 1  # as where the two nodes were recorded for two tensors that a pass found to be one
        node.meta["val"] = torch.ops.aten.nonzero.default(value)
        node.meta["unbacked_bindings"] = compute_unbacked_bindings(env, node.meta["val"])
        print(f"{node.name} binds {list(node.meta['unbacked_bindings'])}")
    mode.epoch += 1
    try:
        PropagateUnbackedSymInts(program).run(value)
    except AssertionError as error:
        print(f"AssertionError: {str(error).splitlines()[0]}")
print(f"renamings: {env.unbacked_renamings}, replacements: {env.replacements}")
