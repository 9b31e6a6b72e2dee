"""Two products with a common factor are required to be equal: the factor is divided out, although it may be zero."""

import torch
from torch.fx.experimental.symbolic_shapes import ShapeEnv

env = ShapeEnv()
a, b = env.create_unbacked_symint(), env.create_unbacked_symint()
u0, u1 = a.node.expr, b.node.expr
torch._check(a >= 0)
torch._check(b >= 0)
torch._check(a * b == 6 * b)
print(f"required: {u0}*{u1} == 6*{u1}, {u0} >= 0, {u1} >= 0")
print(f"afterwards: {u0} is {env.replace(u0)}, {u1} in {env.var_to_range[u1]}")
print(f"known without a guard: a == 6 is {a == 6}")
