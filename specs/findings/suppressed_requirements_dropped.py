"""A requirement on a data-dependent size while guards are suppressed: it is said to hold, and nothing is left of it."""

from torch.fx.experimental.symbolic_shapes import ShapeEnv

env = ShapeEnv()
u = env.create_unbacked_symint()
with env.suppress_guards():
    required = env.guard_or_defer_runtime_assert(u.node.expr >= 4, "at least 4")
print(f"required while guards are suppressed: at least 4: {required}")
print(f"known afterwards: {u.node.expr} in {env.var_to_range[u.node.expr]}")
print(f"runtime asserts: {[str(each.expr) for filed in env.deferred_runtime_asserts.values() for each in filed]}")
