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


def scenario_proxies_by_hand():
    g = fx.Graph()
    x = fx.Proxy(g.placeholder("x"))
    y = x + 1
    z = y.method(x, k=[y])
    g.output(z.node)
    print(g, x, repr(z), y.node, type(x.tracer).__name__)
    a = y.attr
    print(repr(a.node), a, type(a).__name__, g)
    attempt(lambda: x == y)
    attempt(lambda: bool(x == y))
    attempt(lambda: [*x])
    x.own = 5
    print(x.own, x.__dict__["own"])
    attempt(lambda: x.__getitem__(0))
    attempt(lambda: x.__radd__(1))
    attempt(lambda: operator.and_(1, x))
    import copy

    print(repr(copy.deepcopy(fx.Proxy(fx.Graph().placeholder("q")))))
    print({x: 1}[x], x in {x: 1})


def scenario_stack_traces():
    class M(Module):
        def forward(self, x):
            return x + 1

    class Recording(fx.Tracer):
        record_stack_traces = True

    g = Recording().trace(M())
    for n in g.nodes:
        trace = n.stack_trace
        print(n.name, None if trace is None else [line.strip() for line in trace.splitlines() if "File" not in line][0])
    print([n.stack_trace for n in fx.Tracer().trace(M()).nodes])


def scenario_tracing_a_graph_module():
    def f(x, y=3):
        return [x + y, {"k": x.m(y)}]

    gm = fx.symbolic_trace(f)
    again = fx.symbolic_trace(gm)
    print(again.graph, again.code == gm.code, type(again).__name__)

    class Holder(Module):
        def __init__(self):
            super().__init__()
            self.gm = gm

        def forward(self, x):
            return self.gm(x)[0] * 2

    held = fx.symbolic_trace(Holder())
    print(held.graph)


def scenario_proxyable_classes():
    class Pair(metaclass=fx.ProxyableClassMeta):
        def __init__(self, left, right=1):
            self.left, self.right = left, right

        def total(self):
            return self.left + self.right

    def f(x):
        return Pair(x, 2).total(), Pair(1).total()

    gm = fx.symbolic_trace(f)
    print(gm.graph, gm(5))
    print(Pair(1, 2).total())


def scenario_fresh_names_of_attributes():
    t = fx.Tracer()
    t.root = Module()
    print(t.get_fresh_qualname("_c"), t.get_fresh_qualname("_c"))
    t.root._c0 = 1
    print(t.get_fresh_qualname("_c"), t.get_fresh_qualname("_c"))
    t.root._c1 = t.root._c2 = t.root._c3 = 1
    print(t.get_fresh_qualname("_c"), t.get_fresh_qualname("_d"))


def scenario_nested_tracing():
    def inner(x):
        return x * 2

    def outer(x):
        sub = fx.symbolic_trace(inner)
        return sub(x) + 1

    attempt(lambda: fx.symbolic_trace(outer))

    def outer_graph(x):
        print(fx.Tracer().trace(inner))
        return x + 1

    print(fx.symbolic_trace(outer_graph).graph)


def scenario_global_names_are_restored():
    try:
        fx.symbolic_trace(lambda x: 1 if len(x) else 2)
    except ValueError as e:
        print(e)
    print("len" in globals(), helper.__name__, helper is globals()["helper"], hasattr(helper, "__wrapped__"))


def scenario_nested_tracing_of_wrapped_functions():
    def inner(x):
        return helper(x, len(x)), math.sqrt(x), sqrt(x)

    def outer(x):
        print(fx.Tracer().trace(inner))
        return helper(x), math.sqrt(x)

    gm = fx.symbolic_trace(outer)
    print(gm.graph, [n.target is helper for n in gm.graph.nodes], gm(4))
    print([n.target is math.sqrt for n in gm.graph.nodes])


def scenario_wrapped_function_given_twice():
    def f(x):
        return helper(helper(x), b=[helper, 1][1])

    print(fx.symbolic_trace(f).graph)


def scenario_interpreting_traced_wrapped():
    def f(x, y=[1, 2]):
        return len(x) + helper(y)[1]

    gm = fx.symbolic_trace(f)
    print(gm.graph, fx.Interpreter(gm).run([1]), fx.Interpreter(gm).run([1], [5]), fx.Transformer(gm).transform().code)


def scenario_is_fx_tracing():
    seen = []

    def f(x):
        seen.append(fx._symbolic_trace.is_fx_tracing())
        return x

    fx.symbolic_trace(f)
    print(seen, fx._symbolic_trace.is_fx_tracing())
    print(fx.graph.PythonCode.__name__, fx.graph.CodeGen is fx.CodeGen, fx.proxy.Proxy is fx.Proxy)
    print(
        fx.node.Node is fx.Node,
        fx.interpreter.Transformer is fx.Transformer,
        fx.graph_module.GraphModule is fx.GraphModule,
    )
    print(fx.subgraph_rewriter.replace_pattern is fx.replace_pattern, fx.proxy.GraphAppendingTracer.__name__)
