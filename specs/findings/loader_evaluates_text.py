"""The text of an expression in an archive is evaluated as Python when the archive is loaded."""

import io
import zipfile

import torch
from torch.export import Dim, export, load, save


class Model(torch.nn.Module):
    def forward(self, x):
        return x + 1


file = io.BytesIO()
save(export(Model(), (torch.ones(4),), dynamic_shapes=({0: Dim.DYNAMIC},)), file)
changed = io.BytesIO()
size = "\"Symbol('s77', positive=True, integer=True)\""
call = "\"print('a call in an expression of the archive was made') or Symbol('s77', positive=True, integer=True)\""
with zipfile.ZipFile(file) as old, zipfile.ZipFile(changed, "w") as new:
    for name in old.namelist():
        data = old.read(name)
        if name.endswith("models/model.json"):
            print(f"expressions of the archive that were changed: {min(1, data.count(size.encode()))}")
            data = data.replace(size.encode(), call.encode(), 1)
        new.writestr(name, data)
changed.seek(0)
load(changed)
