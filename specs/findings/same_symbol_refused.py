"""The value at the path already is the bound symbol, as a memo gives it: refused, although nothing is to do."""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.symbolic_shapes import PropagateUnbackedSymInts, ShapeEnv, compute_unbacked_bindings

env = ShapeEnv()
mode = FakeTensorMode(shape_env=env)
graph = torch.fx.Graph()
mask = graph.placeholder("mask")
node = graph.call_function(torch.ops.aten.nonzero.default, (mask,))
graph.output(node)
program = torch.fx.GraphModule(torch.nn.Module(), graph)
with mode:
    value = torch.empty(7, dtype=torch.bool)
    recorded = torch.ops.aten.nonzero.default(value)
    node.meta["unbacked_bindings"] = compute_unbacked_bindings(env, recorded)
    print(f"recorded: size {recorded.size()}; run again: size {torch.ops.aten.nonzero.default(value).size()}")
    try:
        PropagateUnbackedSymInts(program).run(value)
    except AssertionError as error:
        print(f"AssertionError: {str(error).splitlines()[0]}")
