"""A fresh boolean is bound by no node, because the recorded asserts say which it is."""

import torch
from torch.fx.experimental.symbolic_shapes import PropagateUnbackedSymInts


class Program(torch.nn.Module):
    def forward(self, x, b):
        torch._check(b.item())
        return x + 1


exported = torch.export.export(Program(), (torch.ones(3), torch.tensor(True)), strict=False)
inputs = [node.meta["val"] for node in exported.graph.nodes if node.op == "placeholder"]
with inputs[0].fake_mode:
    PropagateUnbackedSymInts(exported.graph_module).run(*inputs)
