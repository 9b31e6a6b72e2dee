"""Interpreters of the program's own: one that rebinds everything, one that keeps what is recorded, one that rebinds
nothing, one that runs a part, and one that fails."""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx
from torch.fx.experimental.symbolic_shapes import ShapeEnv, rebind_unbacked


class Own(torch.fx.Interpreter):
    def run_node(self, n):
        result = super().run_node(n)
        rebind_unbacked(env, n, result)
        return result


class Keeping(Own):
    def call_function(self, target, args, kwargs):
        if target is torch.ops.aten.nonzero.default:
            return recorded
        return super().call_function(target, args, kwargs)

    def run_node(self, n):
        if n.target is torch.ops.aten.nonzero.default:
            return torch.fx.Interpreter.run_node(self, n)
        return super().run_node(n)


class Failing(Own):
    def run_node(self, n):
        if n.op == "output":
            raise RuntimeError("not today")
        return super().run_node(n)


env = ShapeEnv()
mode = FakeTensorMode(shape_env=env)
with mode:
    inputs = torch.ones(6), torch.ones((), dtype=torch.int64)
    module = make_fx(lambda x, n: (x.nonzero(), n.item()), tracing_mode="real")(*inputs)
nodes = list(module.graph.nodes)
recorded = next(n.meta["val"] for n in nodes if n.target is torch.ops.aten.nonzero.default)


def run(interpreter, *args, **kwargs):
    mode.epoch += 1
    with mode:
        interpreter.run(*args, **kwargs)
    env.pending_fresh_unbacked_symbols.clear()


for _ in range(2):
    run(Own(module), *inputs)
    run(Keeping(module), *inputs)
    run(torch.fx.Interpreter(module), *inputs)
    run(Own(module), initial_env=dict(zip(nodes, (*inputs, recorded), strict=False)))
    try:
        run(Failing(module), *inputs)
    except RuntimeError:
        env.pending_fresh_unbacked_symbols.clear()
