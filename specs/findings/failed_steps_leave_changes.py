"""A rebinding that raises half-way: what it did before stays."""

import torch
from torch._dynamo.source import ConstantSource
from torch.fx.experimental.symbolic_shapes import DimDynamic, ShapeEnv, rebind_unbacked
from torch.utils._pytree import SequenceKey


def rebind(env, bindings, value):
    """What the pass does after a node with these bindings."""
    node = torch.fx.Graph().call_function(torch.ops.aten.item.default)
    node.meta["unbacked_bindings"] = bindings
    rebind_unbacked(env, node, value)


env = ShapeEnv()
u0, u1, u2, u3 = (env.create_unbacked_symint() for _ in range(4))
try:
    rebind(env, {u0.node.expr: (SequenceKey(0),), u1.node.expr: (SequenceKey(1),)}, (u2, u3 + 1))
except AssertionError as error:
    print(f"two bindings, the second refused: AssertionError: {error}")
print(f"left behind: replacements {env.replacements}, renamings {env.unbacked_renamings}")

env = ShapeEnv()
u0, u1 = env.create_unbacked_symint(), env.create_unbacked_symint()
source = ConstantSource("x")
symbol = env.create_symbol(12, source=source, dynamic_dim=DimDynamic.DYNAMIC)
s = env.create_symintnode(symbol, hint=12, source=source)
torch._check(u0 <= 10)
torch._check(u1 == s)
print(f"before: the input's size in {env.var_to_range[symbol]}, u1 reads {u1}")
try:
    rebind(env, {u0.node._expr: ()}, u1)
except AssertionError as error:
    print(f"one binding, impossible for the example: AssertionError: {error}")
print(f"left behind: the input's size in {env.var_to_range[symbol]}, u1 reads {u1}")
