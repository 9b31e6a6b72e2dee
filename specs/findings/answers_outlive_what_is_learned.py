"""The same question before and after something is learned: the second answer is the first, whatever is known."""

import torch
from torch.fx.experimental.symbolic_shapes import ShapeEnv, constrain_unify, guard_or_false, statically_known_true

env = ShapeEnv()
u, v = env.create_unbacked_symint(), env.create_unbacked_symint()
print(f"at least 3, before: {guard_or_false(u >= 3)}")
torch._check(u >= 3)
print(f"at least 3, required and asked again: {guard_or_false(u >= 3)}, known: {statically_known_true(u >= 3)}")
print(f"at least 2, not asked before: {guard_or_false(u >= 2)}")
print(f"equal, before: {statically_known_true(u == v)}")
constrain_unify(u, v)
print(f"equal, unified and asked again: {statically_known_true(u == v)}")
fresh = ShapeEnv()
u, v = fresh.create_unbacked_symint(), fresh.create_unbacked_symint()
constrain_unify(u, v)
print(f"equal, unified and never asked before: {statically_known_true(u == v)}")
