"""On the second run a memo gives two nodes that bound two symbols one: an assertion fails, or a name is lost."""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.symbolic_shapes import (
    PropagateUnbackedSymInts,
    ShapeEnv,
    compute_unbacked_bindings,
    rebind_unbacked,
)


def rebind(env, old, value):
    """What the pass does after a node that binds `old` and gives `value`."""
    node = torch.fx.Graph().call_function(torch.ops.aten.item.default)
    node.meta["unbacked_bindings"] = {old.node._expr: ()}
    rebind_unbacked(env, node, value)


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

env = ShapeEnv()
u0, u1, u2 = (env.create_unbacked_symint() for _ in range(3))
torch._check(u2 == 5)
for old in (u0, u1):
    rebind(env, old, u2)
    print(f"u2 is {u2}, renamings: {env.unbacked_renamings}")
