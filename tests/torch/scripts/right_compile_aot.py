"""Dynamic code compiled through AOTAutograd, with gradients, and run at several sizes."""

import torch
import torch._dynamo.config

torch._dynamo.config.capture_dynamic_output_shape_ops = True
torch._dynamo.config.capture_scalar_outputs = True


def masked(x, mask):
    found = x[mask]
    torch._check(found.shape[0] >= 1)
    return (found * 2).sum(0), found.new_zeros(found.shape[0], 3)


def counted(x, n):
    count = n.item()
    torch._check(count >= 1)
    torch._check(count <= x.shape[0])
    return x[:count].sin().sum() * count


def scaled(x, factor):
    return x * factor.item()


def split(x, sizes):
    first, second = sizes.tolist()
    torch._check(first >= 0)
    torch._check(second >= 0)
    torch._check(first + second == x.shape[0])
    left, right = torch.split(x, [first, second])
    return left.sum() + right.sin().sum()


for size in (5, 8):
    x = torch.randn(size, 3, requires_grad=True)
    mask = torch.arange(size) % 2 == 0
    total, zeros = torch.compile(masked, backend="aot_eager", dynamic=True, fullgraph=True)(x, mask)
    total.sum().backward()
    assert zeros.shape == (int(mask.sum()), 3)
    y = torch.randn(size, 2, requires_grad=True)
    torch.compile(counted, backend="aot_eager", dynamic=True, fullgraph=True)(y, torch.tensor(3)).backward()
    torch.compile(scaled, backend="aot_eager", dynamic=True, fullgraph=True)(x, torch.tensor(1.5)).sum().backward()
    torch.compile(split, backend="aot_eager", dynamic=True, fullgraph=True)(x, torch.tensor([2, size - 2])).backward()
