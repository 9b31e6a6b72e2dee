"""STEADY: a subclass of the pass files an assert when it has run the last node, once more in each run."""

import sympy
import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx
from torch.fx.experimental.symbolic_shapes import PropagateUnbackedSymInts, RuntimeAssert, ShapeEnv

env = ShapeEnv()
mode = FakeTensorMode(shape_env=env)
with mode:
    x = torch.ones(6)
    module = make_fx(lambda x: x.nonzero(), tracing_mode="real")(x)
(size,) = env.var_to_range


class Asserting(PropagateUnbackedSymInts):
    def run_node(self, n):
        result = super().run_node(n)
        if n.op == "output":
            said = RuntimeAssert(sympy.Ge(size, 0), "a count", None)
            env.deferred_runtime_asserts.setdefault(size, []).append(said)
        return result


for _ in range(3):
    mode.epoch += 1
    with mode:
        Asserting(module).run(x)
    env.pending_fresh_unbacked_symbols.clear()
