"""The pass on one graph, three times: symbols, replacements and pending symbols grow each time."""

import torch
from torch._dispatch.python import enable_python_dispatcher
from torch._guards import detect_fake_mode
from torch.fx.experimental.symbolic_shapes import PropagateUnbackedSymInts


class Model(torch.nn.Module):
    def forward(self, x):
        return x.nonzero().sum()


program = torch.export.export(Model(), (torch.ones(4),)).graph_module
values = [node.meta.get("val") for node in program.graph.nodes]
mode = detect_fake_mode(values)
env = mode.shape_env
print(f"recorded: {len(env.var_to_range)} symbols, pending {env.pending_fresh_unbacked_symbols}")
for _ in range(3):
    mode.epoch += 1
    with mode, enable_python_dispatcher(), torch.no_grad():
        PropagateUnbackedSymInts(program).run(values[0])
    print(f"{len(env.var_to_range)} symbols, pending {env.pending_fresh_unbacked_symbols}, {env.replacements}")
