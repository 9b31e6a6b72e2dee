"""The pass on a `cond` whose branches bind symbols: no binding in a branch is rebound."""

import torch
from torch._dispatch.python import enable_python_dispatcher
from torch._guards import detect_fake_mode
from torch.export import Dim, export
from torch.fx.experimental.symbolic_shapes import PropagateUnbackedSymInts


class Model(torch.nn.Module):
    def forward(self, x, flag):
        return torch.cond(flag, lambda x: x.nonzero().sum(0), lambda x: (x > 1).nonzero().sum(0), (x,))


program = export(Model(), (torch.ones(4), torch.tensor(True)), dynamic_shapes=({0: Dim.DYNAMIC}, None)).graph_module
values = [node.meta.get("val") for node in program.graph.nodes]
mode = detect_fake_mode(values)
env = mode.shape_env
for branch in ("true_graph_0", "false_graph_0"):
    for node in getattr(program, branch).graph.nodes:
        if bindings := node.meta.get("unbacked_bindings"):
            print(f"{branch}/{node.name} binds {list(bindings)}")
before = set(env.var_to_range)
mode.epoch += 1
with mode, enable_python_dispatcher(), torch.no_grad():
    PropagateUnbackedSymInts(program).run(*values[:2])
print(f"fresh symbols of the run: {sorted(map(str, set(env.var_to_range) - before))}")
print(f"renamings: {env.unbacked_renamings}, replacements: {env.replacements}")
