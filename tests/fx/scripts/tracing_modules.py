# type: ignore  # a script as users write it, for any implementation of fx; checked by what it prints
# ruff: noqa

import dataclasses
import enum
import math
import operator
from collections import OrderedDict, namedtuple
from math import sqrt

from fx_subject import Module, attempt, fx

fx.wrap("len")


def helper(a, b=2):
    return [a, b]


fx.wrap(helper)


@fx.wrap
def decorated(a):
    return a * 2


def plain(a):
    return a + 1


Point = namedtuple("Point", "x y")


class Colour(enum.Enum):
    RED = 1


@dataclasses.dataclass
class Data:
    a: object
    b: int = 3


class Leaf(Module):
    def forward(self, x, scale=1):
        return x * scale + 100


class Inner(Module):
    def __init__(self):
        super().__init__()
        self.leaf = Leaf()
        self.bias = 5

    def forward(self, x):
        return self.leaf(x + self.bias, scale=2)


class Outer(Module):
    def __init__(self):
        super().__init__()
        self.inner = Inner()
        self.other = self.inner.leaf

    def forward(self, x, flag=True):
        return self.inner(x) + self.other(x) if flag is True else self.inner(self.inner(x))


class LeafTracer(fx.Tracer):
    def is_leaf_module(self, m, module_qualified_name):
        print("leaf?", type(m).__name__, module_qualified_name)
        return isinstance(m, Leaf)


def scenario_modules():
    gm = fx.symbolic_trace(Outer())
    print(type(gm).__name__, gm.graph, gm.code)
    gm = fx.symbolic_trace(Outer(), concrete_args={"flag": False})
    print(gm.graph, gm(1, False))
    print(Outer()(1), Outer()(1, False))


def scenario_leaf_modules():
    t = LeafTracer()
    root = Outer()
    g = t.trace(root, concrete_args={"flag": False})
    print(g)
    gm = fx.GraphModule(root, g)
    print(gm(1, False), [name for name, _ in gm.named_modules()], gm.code)
    print([list(n.meta.get("nn_module_stack", {}).items()) for n in g.nodes if n.op == "call_module"][0][0][0])
    print([[k for k in n.meta.get("nn_module_stack", {})] for n in g.nodes])
    print({k: v[0] for k, v in t.node_name_to_scope.items()})
    print(t.root_module_name, t.root is root, t.graph is g, g._tracer_cls.__name__)


def scenario_path_of_module():
    t = fx.Tracer()
    t.root = Outer()
    print(t.path_of_module(t.root.inner.leaf), repr(t.path_of_module(t.root)))
    attempt(lambda: t.path_of_module(Leaf()))
    foreign = Leaf()

    class Uses(Module):
        def forward(self, x):
            return foreign(x)

    attempt(lambda: fx.symbolic_trace(Uses()))


def scenario_overriding_a_tracer():
    class Mine(fx.Tracer):
        def create_arg(self, a):
            return a.decode() if isinstance(a, bytes) else super().create_arg(a)

        def call_module(self, m, forward, args, kwargs):
            print("call", type(m).__name__)
            return super().call_module(m, forward, args, kwargs)

        def to_bool(self, obj):
            print("bool of", obj)
            return True

        def iter(self, obj):
            return iter([obj[0], obj[1]])

        def keys(self, obj):
            return ["k"]

        def proxy(self, node):
            return Special(node, self)

    class Special(fx.Proxy):
        def __repr__(self):
            return f"Special({self.node})"

        def extra(self):
            return self + 1

    def f(x):
        y = x.method(b"bytes").extra() if x else 0
        return [i for i in y], dict(**x), x

    print(Mine().trace(f))
    t = Mine()
    print(t.trace(Outer()))


def scenario_traced_func_name():
    class M(Module):
        def other(self, x):
            return x * 3

    t = fx.Tracer()
    t.traced_func_name = "other"
    print(t.trace(M()))
    t.traced_func_name = "nope"
    attempt(lambda: t.trace(M()))
    attempt(lambda: fx.symbolic_trace(Module()).graph)


def scenario_what_can_be_traced():
    class Callable:
        def __call__(self, x):
            return x

    attempt(lambda: fx.symbolic_trace(operator.add))
    attempt(lambda: fx.symbolic_trace(3))
    attempt(lambda: fx.symbolic_trace(Callable()))
    attempt(lambda: fx.symbolic_trace(Callable().__call__))
    attempt(lambda: type(fx.symbolic_trace(lambda x: x)).__name__)
    attempt(lambda: fx.symbolic_trace(lambda: 1).graph)

    class NoSelf(Module):
        def forward(*args):
            return args

    attempt(lambda: fx.symbolic_trace(NoSelf()))


def scenario_errors_in_the_traced_function():
    def f(x):
        y = x + 1
        raise KeyError("mine")

    attempt(lambda: fx.symbolic_trace(f))
    print(fx.symbolic_trace(lambda x: len(x)).graph)
    print(len([1, 2, 3]))


def scenario_tracer_reused():
    t = fx.Tracer()
    root = Outer()
    print(t.trace(root), t.trace(root), t.num_calls)
    print(t.trace(lambda x: x + 1), type(t.root).__name__, t.submodule_paths)
