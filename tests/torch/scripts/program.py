"""A recorded graph with ``count`` data-dependent sizes, or operators of another kind, and a run of the pass on it."""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx
from torch.fx.experimental.symbolic_shapes import (
    DimDynamic,
    PropagateUnbackedSymInts,
    ShapeEnv,
    StatelessSymbolicContext,
)


class Program:
    def __init__(self, count, body="sizes"):
        self.mode = FakeTensorMode(shape_env=ShapeEnv())
        dynamic = StatelessSymbolicContext(dynamic_sizes=[DimDynamic.DYNAMIC])
        self.x = self.mode.from_tensor(torch.ones(7), symbolic_context=dynamic)
        with self.mode:
            self.module = make_fx(lambda x: getattr(self, body)(x, count), tracing_mode="real")(self.x)

    def sizes(self, x, count):
        results = []
        for index in range(count):
            found = (x + index).nonzero()
            torch._check(found.shape[0] >= index % 3)
            y = found.sum(0)
            for _ in range(6):
                y = y.sin() + 1
            results.append(y)
        return results

    def plain(self, x, count):
        for _ in range(count):
            x = x + 1
        return [x]

    def nonzero(self, x, count):
        return [(x if count == 1 else x + index).nonzero() for index in range(count)]

    def item(self, x, count):
        return [(x.sum() if count == 1 else x[index]).item() for index in range(count)]

    def run(self):
        self.mode.epoch += 1
        with self.mode:
            result = PropagateUnbackedSymInts(self.module).run(self.x)
        self.mode.shape_env.pending_fresh_unbacked_symbols.clear()
        return result
