# type: ignore  # a script as users write it, for any implementation of fx; checked by what it prints
# ruff: noqa

import gc
import operator
import weakref

from fx_subject import Module, attempt, fx


class Box:
    def __init__(self, value):
        self.value = value

    def __add__(self, other):
        return Box(self.value + getattr(other, "value", other))

    def double(self, times=1):
        return Box(self.value * 2**times)

    def __repr__(self):
        return f"Box({self.value})"


class Sub(Module):
    def __init__(self):
        super().__init__()
        self.offset = 10

    def forward(self, x, scale=1):
        return x * scale + self.offset


class Root(Module):
    def __init__(self):
        super().__init__()
        self.sub = Sub()
        self.const = 7


def build():
    g = fx.Graph()
    x = g.placeholder("x")
    y = g.placeholder("y", default_value=4)
    w = g.create_node("get_attr", "const")
    a = g.call_function(operator.add, (x, y))
    m = g.call_module("sub", (a,), {"scale": w})
    b = g.call_method("bit_length", (m,))
    g.output((m, [b, {"w": w}]))
    return fx.GraphModule(Root(), g)


def simple(*functions):
    g = fx.Graph()
    n = g.placeholder("x")
    for f in functions:
        n = g.call_function(f, (n,))
    g.output(n)
    return fx.GraphModule({}, g)


def scenario_overriding_how_nodes_run():
    m = build()
    log = []

    class Logged(fx.Interpreter):
        def run_node(self, n):
            value = super().run_node(n)
            log.append((n.op, n.name, value))
            return value

        def call_function(self, target, args, kwargs):
            if target is operator.add:
                return operator.sub(*args, **kwargs)
            return super().call_function(target, args, kwargs)

        def call_method(self, target, args, kwargs):
            return ("method", target, super().call_method(target, args, kwargs))

        def call_module(self, target, args, kwargs):
            return super().call_module(target, args, kwargs) + 1000

        def get_attr(self, target, args, kwargs):
            return super().get_attr(target, args, kwargs) - 1

        def placeholder(self, target, args, kwargs):
            return super().placeholder(target, args, kwargs) + 1

        def output(self, target, args, kwargs):
            return [super().output(target, args, kwargs)]

    print(Logged(m).run(5))
    print(log)


def scenario_overriding_arguments():
    m = build()

    class Traced(fx.Interpreter):
        def fetch_args_kwargs_from_env(self, n):
            args, kwargs = super().fetch_args_kwargs_from_env(n)
            print(n.name, args, dict(kwargs), type(args).__name__, type(kwargs).__name__)
            return args, kwargs

        def fetch_attr(self, target):
            print("fetch", target)
            return super().fetch_attr(target)

    print(Traced(m).run(1))

    class Shifted(fx.Interpreter):
        def map_nodes_to_values(self, args, n):
            return fx.map_arg(args, lambda node: self.env[node] + 1 if node.op == "placeholder" else self.env[node])

    print(Shifted(m).run(1))

    class Wrong(fx.Interpreter):
        def map_nodes_to_values(self, args, n):
            return [] if n.name == "add" else super().map_nodes_to_values(args, n)

    attempt(lambda: Wrong(m).run(1))

    class WrongPair(fx.Interpreter):
        def fetch_args_kwargs_from_env(self, n):
            return [], {}

    attempt(lambda: WrongPair(m).run(1))


def scenario_members_called_directly():
    m = build()
    i = fx.Interpreter(m)
    nodes = {n.name: n for n in m.graph.nodes}
    i.args_iter = iter([8, 9, 10])
    i.env = {nodes["add"]: 5, nodes["const"]: 2}
    attempt(lambda: i.placeholder("x", (), {}))
    attempt(lambda: i.placeholder("*rest", (), {}))
    attempt(lambda: i.placeholder("x", (), {}))
    attempt(lambda: i.placeholder("x", ("default",), {}))
    attempt(lambda: i.get_attr("const", (), {}))
    attempt(lambda: i.get_attr("sub.offset", (), {}))
    attempt(lambda: i.get_attr("sub.nope.deeper", (), {}))
    attempt(lambda: i.fetch_attr("nope.deeper"))
    attempt(lambda: i.fetch_attr(""))
    attempt(lambda: i.call_function(operator.add, (1, 2), {}))
    attempt(lambda: i.call_function("add", (1, 2), {}))
    attempt(lambda: i.call_method("upper", ("text",), {}))
    attempt(lambda: i.call_method("nope", ("text",), {}))
    attempt(lambda: i.call_method("upper", (), {}))
    attempt(lambda: i.call_method(len, ("text",), {}))
    attempt(lambda: i.call_module("sub", (1,), {"scale": 3}))
    attempt(lambda: i.call_module(len, (1,), {}))
    attempt(lambda: i.output("output", ((1, 2),), {}))
    attempt(lambda: i.output("output", (), {}))
    attempt(lambda: i.placeholder(len, (), {}))
    attempt(lambda: i.get_attr(len, (), {}))
    attempt(lambda: i.run_node(nodes["sub"]))
    attempt(lambda: i.run_node(nodes["bit_length"]))
    attempt(lambda: i.fetch_args_kwargs_from_env(nodes["sub"]))
    attempt(lambda: i.map_nodes_to_values([nodes["add"], {"k": nodes["const"]}, slice(nodes["add"])], nodes["sub"]))
    attempt(lambda: i.map_nodes_to_values((nodes["x"],), nodes["sub"]))
    attempt(lambda: i.map_nodes_to_values(nodes["add"], nodes["sub"]))
    attempt(lambda: type(i.map_nodes_to_values({}, nodes["sub"])).__name__)


def scenario_structures_in_arguments():
    import collections

    Pair = collections.namedtuple("Pair", "a b")

    def echo(*args, **kwargs):
        return [(type(a).__name__, a) for a in args], [(k, type(v).__name__, v) for k, v in kwargs.items()]

    g = fx.Graph()
    x = g.placeholder("x")
    n = g.call_function(
        echo, ([x, (x,)], {"k": [x]}, slice(x, None, x), range(2), None, ..., "s", 1.5), {"d": {"e": x}, "l": []}
    )
    g.output(n)
    i = fx.Interpreter(fx.GraphModule({}, g))
    print(i.run(5))
    h = fx.Graph()
    x = h.placeholder("x")
    h.output(h.call_function(operator.getitem, ([10, 20, 30, 40], slice(x, None))))
    m = fx.GraphModule({}, h)
    print(fx.Interpreter(m).run(2), m(2))
    k = fx.Graph()
    x = k.placeholder("x")
    k.output(Pair(x, [x]))
    print(fx.Interpreter(Module(), graph=k).run(2))


def scenario_running_ill_ordered_graphs():
    g = fx.Graph()
    x = g.placeholder("x")
    a = g.call_function(abs, (x,))
    b = g.call_function(abs, (a,))
    g.output(b)
    a.prepend(b)
    attempt(lambda: fx.Interpreter(Module(), graph=g).run(1))


def scenario_graph_changes_after_construction():
    m = simple(abs)
    i = fx.Interpreter(m)
    a = next(n for n in m.graph.nodes if n.op == "call_function")
    a.target = operator.neg
    print(i.run(5), m(5))
    m.recompile()
    print(m(5))


def scenario_missing_attributes():
    g = fx.Graph()
    g.output(g.get_attr("a.b"))
    attempt(lambda: fx.Interpreter(Module(), graph=g).run())
    h = fx.Graph()
    h.output(h.call_module("a.b"))
    attempt(lambda: fx.Interpreter(Module(), graph=h).run())
    k = fx.Graph()
    k.output(k.call_method("nope", (1,)))
    attempt(lambda: fx.Interpreter(Module(), graph=k).run())


def scenario_preserved_meta_while_running():
    m = simple(abs)
    seen = []

    class Watch(fx.Interpreter):
        def call_function(self, target, args, kwargs):
            seen.append(dict(fx.traceback.get_current_meta()).get("note"))
            return super().call_function(target, args, kwargs)

    for n in m.graph.nodes:
        n.meta["note"] = n.name
    print(Watch(m).run(-1))
    with fx.traceback.preserve_node_meta():
        print(fx.traceback.has_preserved_node_meta(), Watch(m).run(-1))
    print(seen, fx.traceback.has_preserved_node_meta())
