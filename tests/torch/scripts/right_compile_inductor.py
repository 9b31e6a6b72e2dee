"""Dynamic code compiled by Inductor, whose own passes rebind too."""

import torch
import torch._dynamo.config
import torch._inductor.config

torch._inductor.config.force_disable_caches = True
torch._dynamo.config.capture_dynamic_output_shape_ops = True
torch._dynamo.config.capture_scalar_outputs = True


def program(x, mask, n):
    found = x[mask].sin()
    count = n.item()
    torch._check(count >= 2)
    torch._check(count <= 10)
    return found.sum(0), torch.arange(count) * 2, x.nonzero(), found.unique()


compiled = torch.compile(program, backend="inductor", dynamic=True, fullgraph=True)
for size in (5, 8):
    x, mask = torch.randn(size, 3), torch.arange(size) % 2 == 0
    for got, want in zip(compiled(x, mask, torch.tensor(4)), program(x, mask, torch.tensor(4)), strict=True):
        torch.testing.assert_close(got, want)
