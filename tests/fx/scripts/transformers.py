# type: ignore  # a script as users write it, for any implementation of fx; checked by what it prints
# ruff: noqa

import operator

from fx_subject import Module, attempt, fx

fx.wrap("len")


def neg(x):
    return -x


def build():
    def f(x, y=3):
        return neg(x) + abs(y), {"k": [x.m(y), len(x)]}

    gm = fx.symbolic_trace(f)
    return gm


def scenario_identity():
    gm = build()
    new = fx.Transformer(gm).transform()
    print(new.graph, new.code, type(new).__name__, new.graph is gm.graph)


def scenario_swapping_functions():
    class Swap(fx.Transformer):
        def call_function(self, target, args, kwargs):
            if target is operator.add:
                return super().call_function(operator.mul, args, kwargs)
            if target is operator.neg:
                return args[0] - 5
            return super().call_function(target, args, kwargs)

        def call_method(self, target, args, kwargs):
            return super().call_method(target + "_x", args, kwargs)

    print(Swap(build()).transform().graph)


class Sub(Module):
    def __init__(self):
        super().__init__()
        self.value = 4

    def forward(self, x):
        return x + self.value


class Root(Module):
    def __init__(self):
        super().__init__()
        self.sub = Sub()
        self.w = 9


def with_modules():
    g = fx.Graph()
    x = g.placeholder("x")
    s = g.call_module("sub", (x,))
    w = g.create_node("get_attr", "w")
    v = g.create_node("get_attr", "sub.value")
    g.output((s, w, v))
    return fx.GraphModule(Root(), g)


def scenario_modules_and_attributes():
    gm = with_modules()
    new = fx.Transformer(gm).transform()
    print(new.graph, new(1), [n for n, _ in new.named_modules()])

    class Inline(fx.Transformer):
        def call_module(self, target, args, kwargs):
            return self.fetch_attr(target).forward(*args, **kwargs)

        def get_attr(self, target, args, kwargs):
            return 1 if target == "w" else super().get_attr(target, args, kwargs)

    new = Inline(gm).transform()
    print(new.graph, new(1))


def scenario_metadata_follow():
    gm = build()
    for i, n in enumerate(gm.graph.nodes):
        n.stack_trace = f"stack {i}"
        n.meta["custom"] = {"i": i}
        n.meta["other"] = i
    new = fx.Transformer(gm).transform()
    for n in new.graph.nodes:
        print(n.name, n.stack_trace, n.meta.get("custom"), n.meta.get("other"), len(n.meta.get("from_node", [])))
    sources = [n.meta["from_node"][0] for n in new.graph.nodes if n.meta.get("from_node")]
    print([(s.name, s.target.split(" ")[0], s.pass_name) for s in sources])


def scenario_errors():
    class Fails(fx.Transformer):
        def call_function(self, target, args, kwargs):
            raise ValueError("refused")

    attempt(lambda: Fails(build()).transform())

    class Control(fx.Transformer):
        def call_function(self, target, args, kwargs):
            return 1 if args[0] else 2

    attempt(lambda: Control(build()).transform())
    attempt(lambda: fx.Transformer(Module()))


def scenario_members():
    t = fx.Transformer(build())
    print(t.name, type(t.new_graph).__name__, isinstance(t, fx.Interpreter), t.tracer.is_leaf_module(Module(), "x"))
    attempt(lambda: t.placeholder(3, (), {}))
    attempt(lambda: t.get_attr(3, (), {}))
    attempt(lambda: t.call_module(3, (), {}))
    attempt(lambda: t.placeholder("p", (5,), {}))
    print(t.new_graph)


def scenario_no_output():
    g = fx.Graph()
    g.call_function(abs, (g.placeholder("x"),))
    print(fx.Transformer(fx.GraphModule({}, g)).transform().graph)


def scenario_default_values_and_nested_results():
    def f(x, y=None, z=(1, 2)):
        return {"a": [x, (y, z)], "b": 3}

    new = fx.Transformer(fx.symbolic_trace(f)).transform()
    print(new.graph, new(1))
