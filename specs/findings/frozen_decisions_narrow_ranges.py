"""A decision on an input's size in a frozen environment: no guard, but the input's range becomes what was decided."""

from torch._dynamo.source import ConstantSource
from torch.fx.experimental.symbolic_shapes import DimDynamic, ShapeEnv

env = ShapeEnv()
source = ConstantSource("x")
symbol = env.create_symbol(5, source=source, dynamic_dim=DimDynamic.DYNAMIC)
s = env.create_symintnode(symbol, hint=5, source=source)
env.freeze()
print(f"before: the input's size in {env.var_to_range[symbol]}")
print(f"decided from the example value: at most 6: {bool(s <= 6)}")
print(f"after: the input's size in {env.var_to_range[symbol]}, guards {[str(guard.expr) for guard in env.guards]}")
