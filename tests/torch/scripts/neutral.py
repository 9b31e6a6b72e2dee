"""What PyTorch does and says, step by step: the same text whether or not it is watched."""

import sys
import traceback
import warnings

import torch
import torch._dynamo.config
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.export import Dim, export
from torch.fx.experimental.proxy_tensor import make_fx
from torch.fx.experimental.symbolic_shapes import (
    DimDynamic,
    PropagateUnbackedSymInts,
    ShapeEnv,
    StatelessSymbolicContext,
    rebind_unbacked,
)
from torch.fx.passes.fake_tensor_prop import FakeTensorProp
from torch.fx.passes.shape_prop import ShapeProp
from torch.utils._pytree import SequenceKey

warnings.simplefilter("ignore")
torch._dynamo.config.capture_dynamic_output_shape_ops = True
torch._dynamo.config.capture_scalar_outputs = True


def show(env):
    for name in (
        "backed_var_to_val", "var_to_range", "replacements", "unbacked_renamings", "guards", "deferred_runtime_asserts",
        "divisible", "size_like", "pending_fresh_unbacked_symbols", "ignorable_fresh_unbacked_symbols", "counter",
        "unbacked_symint_counter", "unbacked_symfloat_counter", "_version_counter", "_replacements_version_counter",
        "num_deferred_runtime_asserts", "axioms", "var_to_range_sloc",
    ):  # fmt: skip
        value = getattr(env, name)
        print(" ", name, sorted(map(str, value)) if isinstance(value, set) else value)
    for guard in env.guards:
        print("  guard at", guard.sloc)
    for name in ("_maybe_evaluate_static", "simplify", "replace"):
        print(" ", name, getattr(getattr(ShapeEnv, name), "cache_info", lambda: None)())


def program(x, n):
    found = x.nonzero()
    torch._check(found.shape[0] >= 3)
    count = n.item()
    torch._check(count >= 1)
    torch._check(count <= x.shape[0])
    return found.sum(0), x[:count], x.unique(), x.sum(0) > 0


def recorded():
    mode = FakeTensorMode(shape_env=ShapeEnv())
    dynamic = StatelessSymbolicContext(dynamic_sizes=[DimDynamic.DYNAMIC, DimDynamic.STATIC])
    x = mode.from_tensor(torch.ones(7, 3), symbolic_context=dynamic)
    with mode:
        n = torch.ones((), dtype=torch.int64)
        return mode, make_fx(program, tracing_mode="real")(x, n), (x, n)


def passes():
    mode, module, inputs = recorded()
    mode.epoch += 1
    with mode:
        print(PropagateUnbackedSymInts(module).run(*inputs))
    show(mode.shape_env)
    mode.shape_env.pending_fresh_unbacked_symbols.clear()
    print(FakeTensorProp(module, mode).propagate(*inputs))
    ShapeProp(module, fake_mode=mode).propagate(*inputs)
    print([(node.name, str(node.meta)) for node in module.graph.nodes])
    show(mode.shape_env)


def refusals():
    env = ShapeEnv()
    first, second, fresh = (env.create_unbacked_symint() for _ in range(3))
    node = torch.fx.Graph().call_function(torch.ops.aten.item.default, ())
    node.meta["unbacked_bindings"] = {first.node.expr: (SequenceKey(0),), second.node.expr: (SequenceKey(1),)}
    for result in ([fresh, fresh], [fresh], [fresh + 1, 2], "text", [None, 1]):
        try:
            rebind_unbacked(env, node, result)
        except Exception as error:
            print(type(error), error, error.__cause__, error.__context__)
            print([frame.name for frame in traceback.extract_tb(error.__traceback__) if "refimpl" in frame.filename])
    try:
        rebind_unbacked(shape_env=None, n=node, result=[])
    except Exception as error:
        print(type(error), error)
    show(env)


def decide(x):
    return x.nonzero().shape[0] > 4 and x.sum()


def data_dependent_error():
    mode, _, (x, _) = recorded()
    graph = torch.fx.Graph()
    found = graph.call_function(torch.ops.aten.nonzero.default, (graph.placeholder("x"),))
    graph.output(graph.call_function(decide, (found,)))
    try:
        with mode:
            PropagateUnbackedSymInts(torch.fx.GraphModule({}, graph)).run(x)
    except Exception as error:
        print(type(error), error)
    show(mode.shape_env)


class Exported(torch.nn.Module):
    def forward(self, x, n):
        return program(x, n)


def exports():
    size = Dim("size", min=3, max=64)
    exported = export(Exported(), (torch.ones(7, 3), torch.tensor(2)), dynamic_shapes={"x": {0: size}, "n": None})
    decomposed = exported.run_decompositions()
    print(decomposed.graph, decomposed.range_constraints)
    print(decomposed.module()(torch.ones(5, 3), torch.tensor(2)))


def compiles():
    compiled = torch.compile(program, backend="aot_eager", fullgraph=True)
    print(compiled(torch.ones(7, 3), torch.tensor(2)))


for part in (passes, refusals, data_dependent_error, exports, compiles):
    print(part.__name__)
    part()
    sys.stdout.flush()
