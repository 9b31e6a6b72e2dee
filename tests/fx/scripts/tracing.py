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


def scenario_operators():
    def f(x, y):
        a = x + y - 1 * x // y / 2 % x**y
        b = (x << 1) >> y & x | y ^ x
        c = -a + +b - ~a + abs(b)
        d = x @ y
        e = (x < y, x > y, x <= y, x >= y, x == y, x != y)
        h = 1 + x, 2 - x, 3 * x, 4 // x, 5 / x, 6 % x, 7**x, 8 << x, 9 >> x, 10 & x, 11 | x, 12 ^ x, 13 @ x
        x += 1
        y[2]
        return a, b, c, d, e, h, x, y[0], y[1:2], y[x, ..., None], pow(x, 2), divide(x)

    def divide(v):
        return v / v

    gm = fx.symbolic_trace(f)
    print(gm.graph)
    print(gm.code)


def scenario_methods_and_attributes():
    def f(x):
        a = x.size(0, dim=1)
        b = x.shape
        c = x.shape[0]
        d = x.a.b.c
        e = x.a.method(b)
        x.unused
        return a, b, c, d, e, x(1, k=2), x.keys(), getattr(x, "attr"), x.T.T

    gm = fx.symbolic_trace(f)
    print(gm.graph, gm.code)


def scenario_control_flow_errors():
    def body(text):
        functions = {
            "if": lambda x: 1 if x else 2,
            "if comparison": lambda x: 1 if x > 0 else 2,
            "and": lambda x: x and 1,
            "not": lambda x: not x,
            "for": lambda x: [i for i in x],
            "star": lambda x: max(*x),
            "double star": lambda x: dict(**x),
            "list": lambda x: list(x),
            "in": lambda x: 1 in x,
            "range": lambda x: range(x),
            "int": lambda x: int(x),
            "float": lambda x: float(x),
            "index": lambda x: [1, 2][x],
            "with": with_statement,
            "del item": del_item,
            "set item": set_item,
            "assert": assertion,
            "zip": lambda x: list(zip(x, x)),
            "reversed": lambda x: reversed(x),
            "round": lambda x: round(x),
            "divmod": lambda x: divmod(x, 2),
            "complex": lambda x: complex(x),
            "isinstance": lambda x: isinstance(x, int),
            "str": lambda x: str(x),
            "repr": lambda x: repr([x]),
            "format": lambda x: f"{x}",
            "hash": lambda x: x if hash(x) == hash(x) else 0,
            "while": while_loop,
            "chained": lambda x: 0 < x < 3,
            "min": lambda x: min(x, 1),
            "sum": lambda x: sum(x),
            "any": lambda x: any([x]),
            "join": lambda x: ",".join(x),
            "next": lambda x: next(x),
            "ternary": lambda x: x if x == 1 else 0,
            "iter": lambda x: iter(x),
            "enumerate": lambda x: list(enumerate(x)),
            "sorted": lambda x: sorted([x, x]),
            "set": lambda x: {x},
        }
        return functions[text]

    def with_statement(x):
        with x:
            return 1

    def del_item(x):
        del x[0]

    def set_item(x):
        x[0] = 1
        return x

    def assertion(x):
        assert x
        return x

    def while_loop(x):
        while x:
            x = x + 1
        return x

    for text in (
        "if|if comparison|and|not|for|star|double star|list|in|range|int|float|index|with|del item|set item|assert|zip|"
        "reversed|round|divmod|complex|isinstance|str|repr|format|hash|while|chained|min|sum|any|join|next|ternary|"
        "iter|enumerate|sorted"
    ).split("|"):
        print(text, end=": ")
        attempt(lambda: fx.symbolic_trace(body(text)).graph)


def scenario_trace_error_is_a_value_error():
    try:
        fx.symbolic_trace(lambda x: 1 if x else 2)
    except fx.proxy.TraceError as e:
        print(type(e).__name__, isinstance(e, ValueError))


def scenario_unpacking():
    def f(x):
        a, b, c = x
        (d, e), g = b
        return a + c, d, e, g

    print(fx.symbolic_trace(f).graph)

    def g(x):
        a, *b = x
        return a

    attempt(lambda: fx.symbolic_trace(g))


def scenario_wrapped_functions():
    def f(x, y):
        return len(x), helper(x, b=y), decorated(x), plain(y), helper(1), len([1, 2]), decorated([x, {"k": y}])

    gm = fx.symbolic_trace(f)
    print(gm.graph)
    print(gm.code)
    print(gm([1, 2], 5))
    print([n.meta.get("is_wrapped") for n in gm.graph.nodes])
    print(len([1]), helper(1), decorated(2))
    again = fx.symbolic_trace(gm)
    print(again.graph)
    print(again.code == gm.code)


def scenario_wrap_errors():
    attempt(lambda: fx.wrap(3))

    def inner():
        fx.wrap("len")

    attempt(inner)
    attempt(lambda: fx.wrap("len"))


def scenario_autowrapped_math():
    def f(x):
        return math.sqrt(x) + sqrt(x) + math.floor(2.5) + math.pi

    gm = fx.symbolic_trace(f)
    print(gm.graph, gm.code)
    print(gm(4.0), math.sqrt(4.0), sqrt(9.0))

    class Own(fx.Tracer):
        def __init__(self):
            super().__init__(autowrap_functions=(plain,))

    def g(x):
        return plain(x)

    graph = Own().trace(g)
    print(graph)
    print(fx.symbolic_trace(g).graph)


def scenario_len_unless_wrapped():
    attempt(lambda: fx.Proxy(fx.Graph().placeholder("x")).__len__())


def scenario_arguments_of_many_classes():
    def f(x):
        return decorated((x, [1, "s", 2.5, True, None, ..., 1j], {"k": x, 3: 4}, slice(x, 1), range(3), Colour.RED))

    gm = fx.symbolic_trace(f)
    print(gm.graph)
    print(gm.code)

    def g(x):
        return decorated(Point(x, 1)), Data(x), OrderedDict(a=x)

    gm = fx.symbolic_trace(g)
    print(gm.graph)
    print([type(v).__name__ for v in gm(1)])
    for value in (b"bytes", {1, 2}, object, plain, len, frozenset(), iter([])):
        attempt(lambda: fx.symbolic_trace(lambda x: x.method(value)).graph)
    attempt(lambda: fx.symbolic_trace(lambda x: decorated({x: 1})))
    attempt(lambda: fx.symbolic_trace(lambda x: decorated({(1, x): 1})))


def scenario_results_of_many_classes():
    for value in (None, 1, "text", [1, (2, {"k": 3})], (), {}):
        gm = fx.symbolic_trace(lambda x: value)
        print(gm.graph, gm.code, gm(1))
    attempt(lambda: fx.symbolic_trace(lambda x: object()))


def scenario_defaults_and_starred_parameters():
    def f(x, y=2, *args, w=3, **kw):
        return x + y * w, args, kw, args[0], kw["k"]

    gm = fx.symbolic_trace(f)
    print(gm.graph, gm.code)
    print(gm(1, 2, 4, "a", k="b"))
    print(fx.symbolic_trace(gm).graph)

    def g(a, *, b, c=None):
        return a, b, c

    gm = fx.symbolic_trace(g)
    print(gm.graph, gm.code, gm(1, 2), gm(1, b=3, c=4))

    def h(x, y=1, *, z):
        return x

    try:
        fx.symbolic_trace(h)
    except SyntaxError as e:
        print(e.msg)

    def k(*, z):
        return z

    print(fx.symbolic_trace(k).graph)


def scenario_annotations():
    def f(x: int, y: "str" = "s", *args: float) -> list[int]:
        return [x]

    gm = fx.symbolic_trace(f)
    print(gm.graph, [n.type for n in gm.graph.nodes])

    def g(x: int, y: list[int] = None) -> tuple[int, ...]:
        return (x,)

    gm = fx.symbolic_trace(g)
    print(gm.graph, [n.type for n in gm.graph.nodes])
    print(gm.code)
    print(fx.symbolic_trace(gm).graph)


def scenario_concrete_args():
    def f(x, y):
        return x + y if y else x

    for value in (3, 0, None, True, "s"):
        gm = fx.symbolic_trace(f, concrete_args={"y": value})
        print(gm.graph, gm.code)
    attempt(lambda: fx.symbolic_trace(f, concrete_args={"y": 3})(1, 4))
    attempt(lambda: fx.symbolic_trace(f, concrete_args={"y": 3})(1, 3))
    attempt(lambda: fx.symbolic_trace(f, concrete_args={"y": None})(1, 3))
    attempt(lambda: fx.symbolic_trace(f, concrete_args=(1,)))
    attempt(lambda: fx.symbolic_trace(f, concrete_args=(fx.PH, 1)).graph)
    attempt(lambda: fx.symbolic_trace(f, concrete_args={"y": object}).graph)
    attempt(lambda: fx.symbolic_trace(f, concrete_args={}).graph)


def scenario_nested_concrete_args():
    def f(x):
        return x["a"] + x["b"][0], {"r": x["a"]}

    gm = fx.symbolic_trace(f, concrete_args={"x": {"a": fx.PH, "b": [fx.PH, fx.PH]}})
    print(gm.graph, gm.code)
    print(gm({"a": 1, "b": [2, 3]}), fx.Interpreter(gm).run({"a": 1, "b": [2, 3]}))

    def g(x, y):
        return x[0] + y, x[1]

    gm = fx.symbolic_trace(g, concrete_args={"x": (fx.PH, 7)})
    print(gm.graph, gm.code, gm((1, 7), 2))
    attempt(lambda: gm((1, 8), 2))

    def h(x):
        return x.a + x.b[1]

    gm = fx.symbolic_trace(h, concrete_args={"x": Point(fx.PH, 1)}) if False else None
    print(gm, repr(fx.PH))


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
