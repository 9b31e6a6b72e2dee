"""Data-dependent modules exported, decomposed, and decomposed again."""

import torch
from torch.export import Dim, export


class Masked(torch.nn.Module):
    def forward(self, x, mask):
        rows = x[mask]
        torch._check(rows.shape[0] >= 1)
        return rows * 2, rows.new_zeros(rows.shape[0], 3)


class Split(torch.nn.Module):
    def forward(self, x, sizes):
        first, second = sizes.tolist()
        torch._check(first >= 0)
        torch._check(second >= 0)
        torch._check(first + second == x.shape[0])
        return torch.split(x, [first, second])


class Branches(torch.nn.Module):
    def forward(self, x):
        return torch.cond(x.sum() > 0, lambda x: x.sin() + 1, lambda x: x.cos() * 2, (x,))


class Repeat(torch.nn.Module):
    def forward(self, x, counts):
        return x.repeat_interleave(counts, dim=0).view(-1, 4)


size = Dim("size", min=2, max=64)
for module, args, shapes in (
    (Masked(), (torch.ones(4, 3), torch.tensor([True, False, True, True])), {"x": {0: size}, "mask": {0: size}}),
    (Split(), (torch.ones(5), torch.tensor([2, 3])), {"x": {0: size}, "sizes": None}),
    (Branches(), (torch.ones(4, 3),), {"x": {0: size}}),
    (Repeat(), (torch.ones(3, 4), torch.tensor([1, 2, 0])), {"x": {0: size}, "counts": {0: size}}),
):
    for strict in (False, True):
        exported = export(module, args, dynamic_shapes=shapes, strict=strict)
        exported.run_decompositions().run_decompositions({})
