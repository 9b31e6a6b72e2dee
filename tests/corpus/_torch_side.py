"""What `make_real` runs under PyTorch, as text: this repository's own Python imports no torch and is fully typed."""

from __future__ import annotations

from typing import Final

__all__ = ["EXPORT", "RECORD"]

EXPORT: Final = """
import sys, torch
from torch.export import Dim, export, save

class Nonzero(torch.nn.Module):
    def forward(self, x):
        found = x.nonzero()
        torch._check(found.shape[0] >= 2)
        return found, x.new_zeros(found.shape[0], 3)

class ItemBounds(torch.nn.Module):
    def forward(self, n, x):
        k = n.item()
        torch._check(k >= 1)
        torch._check(k <= x.shape[0])
        return x[:k].sum(0), k + 1

class MaskedBuffer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("total", torch.zeros(3))
    def forward(self, x, mask):
        rows = x[mask]
        self.total.add_(rows.sum(0))
        return rows * 2

class Cond(torch.nn.Module):
    def forward(self, x):
        return torch.cond(x.sum() > 0, lambda x: x.sin() + 1, lambda x: x.cos() * 2, (x,))

class Repeat(torch.nn.Module):
    def forward(self, x, counts):
        return x.repeat_interleave(counts, dim=0).view(-1, 4)

class ToList(torch.nn.Module):
    def forward(self, x, sizes):
        first, second = sizes.tolist()
        torch._check(first >= 0)
        torch._check(second >= 0)
        torch._check(first + second == x.shape[0])
        return torch.split(x, [first, second])

class Scale(torch.nn.Module):
    def forward(self, x, factor):
        return x * factor.item()

class Nested(torch.nn.Module):
    def forward(self, pair, *, options):
        left, right = pair
        return left + right, options["bias"].expand(left.shape[0], -1)

class Lifted(torch.nn.Module):
    def forward(self, x):
        return x.narrow(0, 0, 2) + torch.tensor(3)

class Columns(torch.nn.Module):
    def forward(self, x):
        return torch.vmap(lambda a, b: a * b + a, in_dims=(1, None))(x, x.sum(1))

class Floats(torch.nn.Module):
    def forward(self, x):
        a, b, c = x.sum().item(), x.amax().item(), x.amin().item()
        torch._check((a + 0.5) + b > 0)
        torch._check(0.1 * (a - b) <= 2.5)
        return x * (a - (b - c)), x * (3.0 * (a - b)), x + torch.sym_max(b, a) ** 2, x * (a * b * a)

size = Dim("size", min=2, max=1024)
mask = torch.tensor([True, False, True, True])
CASES = {
    "nonzero_check": (Nonzero(), (torch.ones(8),), {}, {"x": {0: size}}),
    "item_bounds": (ItemBounds(), (torch.tensor([2]), torch.ones(5, 3)), {}, {"n": None, "x": {0: size}}),
    "masked_buffer": (MaskedBuffer(), (torch.ones(4, 3), mask), {}, {"x": {0: size}, "mask": {0: size}}),
    "cond": (Cond(), (torch.ones(4, 3),), {}, {"x": {0: size}}),
    "repeat": (Repeat(), (torch.ones(3, 4), torch.tensor([1, 2, 0])), {}, {"x": {0: size}, "counts": {0: size}}),
    "to_list": (ToList(), (torch.ones(6, 2), torch.tensor([2, 4])), {}, {"x": {0: size}, "sizes": None}),
    "scale": (Scale(), (torch.ones(3), torch.tensor(2.5)), {}, {"x": {0: size}, "factor": None}),
    "nested": (Nested(), ((torch.ones(4, 3), torch.ones(4, 3)),), {"options": {"bias": torch.ones(1, 3)}},
               {"pair": ({0: size}, {0: size}), "options": {"bias": None}}),
    "floats": (Floats(), (torch.tensor([3.0, 2.0, 1.0, 4.0]),), {}, {"x": {0: size}}),
    "lifted": (Lifted(), (torch.ones(4, dtype=torch.int64),), {}, {"x": {0: size}}),
    "columns": (Columns(), (torch.ones(6, 4),), {}, {"x": {0: size}}),
}
with torch.no_grad():
    for name, (module, args, kwargs, dynamic) in CASES.items():
        program = export(module, args, kwargs, dynamic_shapes=dynamic, strict=False)
        save(program, f"{sys.argv[1]}/{name}.pt2")
        save(program.run_decompositions(), f"{sys.argv[1]}/{name}.core.pt2")
"""

RECORD: Final = """
import json, os, sys, torch
from torch._dispatch.python import enable_python_dispatcher
from torch._guards import detect_fake_mode
from torch.fx.experimental.symbolic_shapes import PropagateUnbackedSymInts

def number(value, raw):
    if isinstance(value, torch.SymInt):
        text = str(value.node._expr if raw else value.node.expr)
        return int(text) if text.lstrip("-").isdigit() else text
    return value

def shown(value, raw=False):
    if isinstance(value, torch.Tensor):
        sizes, strides = ([number(n, raw) for n in items] for items in (value.size(), value.stride()))
        return {"t": sizes, "s": strides, "o": number(value.storage_offset(), raw), "dtype": str(value.dtype),
                "dev": str(value.device)}
    for kind, key in ((torch.SymInt, "int"), (torch.SymBool, "bool"), (torch.SymFloat, "float")):
        if isinstance(value, kind):
            return {key: str(value.node._expr if raw else value.node.expr)}
    if isinstance(value, float):
        return {"pyfloat": str(value)}
    if isinstance(value, (list, tuple)):
        return [shown(item, raw) for item in value]
    return value if value is None or isinstance(value, (int, str)) else {"obj": type(value).__name__}

def environment(env):
    return {
        "range": {str(k): [str(v.lower), str(v.upper)] for k, v in env.var_to_range.items()},
        "hint": {str(k): str(v) for k, v in env.backed_var_to_val.items()},
        "replacements": {str(k): str(v) for k, v in env.replacements.items()},
        "renamings": {str(k): str(v) for k, v in env.unbacked_renamings.items()},
        "asserts": {str(k): [str(a.expr) for a in v] for k, v in env.deferred_runtime_asserts.items()},
        "guards": [str(guard.expr) for guard in env.guards],
        "pending": sorted(map(str, env.pending_fresh_unbacked_symbols)),
    }

def target(node):
    if isinstance(node.target, str):
        return node.target
    if isinstance(node.target, torch._ops.HigherOrderOperator):
        return f"higher_order.{node.target.name()}"
    module = getattr(node.target, "__module__", "")
    return str(node.target) if module.startswith("torch._ops") else f"{module}.{node.target.__name__}"

class Recorder(PropagateUnbackedSymInts):
    def run_node(self, node):
        self.values[node.name] = result = super().run_node(node)
        return result

def record(path):
    program = torch.export.load(path)
    nodes = list(program.graph.nodes)
    values = [node.meta.get("val") for node in nodes]
    mode = detect_fake_mode(values)
    old = {node.name: shown(node.meta.get("val")) for node in nodes}
    before = environment(mode.shape_env)
    recorder = Recorder(program.graph_module)
    recorder.values = {}
    inputs = [node.meta["val"] for node in nodes if node.op == "placeholder"]
    mode.epoch += 1
    with mode, enable_python_dispatcher(), torch.no_grad():
        recorder.run(*inputs)
    rows = []
    for node in nodes:
        row = {"name": node.name, "op": node.op, "target": target(node), "old": old[node.name]}
        bindings = node.meta.get("unbacked_bindings") or {}
        if bindings:
            row["bindings"] = {str(key): str(path) for key, path in bindings.items()}
        if node.op != "placeholder":
            new = shown(recorder.values[node.name])
            raw = shown(recorder.values[node.name], raw=True)
            row["same"] = new == old[node.name]
            row.update({} if row["same"] else {"new": new})
            row.update({} if raw == new else {"raw": raw})
        rows.append(row)
    ranges = {str(k): [str(v.lower), str(v.upper)] for k, v in program.range_constraints.items()}
    specs = [[spec.kind.name, spec.arg.name, spec.target] for spec in program.graph_signature.input_specs]
    return {"file": os.path.basename(path), "family": "real", "ok": True, "n_nodes": len(nodes),
            "range_constraints": ranges, "inputs": specs, "env_before": before,
            "env_after": environment(mode.shape_env), "nodes": rows, "pydisp": {"ok": True, "nodes_differing": []}}

for name in sorted(os.listdir(sys.argv[1])):
    with open(f"{sys.argv[2]}/real__{name.removesuffix('.pt2')}.json", "w") as file:
        json.dump(record(f"{sys.argv[1]}/{name}"), file, indent=1)
        file.write("\\n")
"""
