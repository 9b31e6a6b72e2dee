"""A view that starts behind its storage's first element is saved and loaded: its recorded offset is 0 then."""

import io

import torch
from torch.export import Dim, export, load, save


class Model(torch.nn.Module):
    def forward(self, x):
        return x[1:]


program = export(Model(), (torch.ones(4),), dynamic_shapes=({0: Dim.DYNAMIC},))
file = io.BytesIO()
save(program, file)
file.seek(0)
for title, each in (("exported", program), ("loaded", load(file))):
    (view,) = (node for node in each.graph.nodes if node.op == "call_function")
    print(f"{title}: {view.name} has the storage offset {view.meta['val'].storage_offset()}")
print(f"run: {program.module()(torch.ones(4)).storage_offset()}")
