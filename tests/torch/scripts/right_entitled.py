"""Constants, sizes of inputs and exact quotients that may take the place of what was recorded."""

import torch
from torch._dynamo.source import ConstantSource
from torch.fx.experimental.symbolic_shapes import (
    ConvertIntKey,
    DimDynamic,
    DivideByKey,
    ShapeEnv,
    rebind_unbacked,
)
from torch.utils._pytree import SequenceKey


def node_that_binds(**paths):
    node = torch.fx.Graph().call_function(torch.ops.aten.item.default, ())
    node.meta["unbacked_bindings"] = {symbol.node._expr: path for symbol, path in paths.values()}
    return node


env = ShapeEnv()
size = env.create_symbol(8, ConstantSource("n"), DimDynamic.DYNAMIC)
backed = env.create_symintnode(size, hint=8)

constant = env.create_unbacked_symint()
torch._check(constant >= 2)
torch._check(constant <= 9)
rebind_unbacked(env, node_that_binds(a=(constant, ())), 5)

small = env.create_unbacked_symint()
torch._check(small >= 1)
rebind_unbacked(env, node_that_binds(a=(small, ())), backed)

half = env.create_unbacked_symint()
rebind_unbacked(env, node_that_binds(a=(half, (DivideByKey(2),))), 2 * backed)
rebind_unbacked(env, node_that_binds(a=(env.create_unbacked_symint(), (DivideByKey(4),))), 12)

double = env.create_unbacked_symint()
fresh = env.create_unbacked_symint()
rebind_unbacked(env, node_that_binds(a=(double, (DivideByKey(3),))), 3 * fresh)

flag = env.create_unbacked_symbool()
again = env.create_unbacked_symbool()
bound = next(iter(flag.node._expr.free_symbols))
node = torch.fx.Graph().call_function(torch.ops.aten.item.default, ())
node.meta["unbacked_bindings"] = {bound: (SequenceKey(0), ConvertIntKey())}
rebind_unbacked(env, node, [again])

ratio, ratio_again = env.create_unbacked_symfloat(), env.create_unbacked_symfloat()
rebind_unbacked(env, node_that_binds(a=(ratio, ())), ratio_again)
rebind_unbacked(env, node_that_binds(a=(env.create_unbacked_symfloat(), ())), 2.5)
