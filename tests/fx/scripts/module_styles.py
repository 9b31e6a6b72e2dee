# type: ignore  # a script as users write it, for any implementation of fx; checked by what it prints
# ruff: noqa

import operator
import copy

from fx_subject import Module, attempt, fx


class Add(Module):
    def __init__(self, n):
        super().__init__()
        self.n = n

    def forward(self, x):
        return x + self.n

    def extra_repr(self):
        return f"n={self.n}"


class Block(Module):
    def __init__(self, depth):
        super().__init__()
        self.add = Add(depth)
        if depth:
            self.inner = Block(depth - 1)

    def forward(self, x):
        x = self.add(x)
        if hasattr(self, "inner"):
            x = self.inner(x)
        return x * 2


def scenario_nested_modules():
    m = Block(2)
    gm = fx.symbolic_trace(m)
    print(gm.code, gm.graph)
    print(gm(1), m(1))
    print(sorted(n for n, _ in gm.named_modules()))
    print(gm)
    print(m)


class AllLeaves(fx.Tracer):
    def is_leaf_module(self, m, name):
        return True


def scenario_graph_modules_within():
    inner = fx.symbolic_trace(Block(1))

    class Outer(Module):
        def __init__(self):
            super().__init__()
            self.inner = inner
            self.k = 3

        def forward(self, x):
            return self.inner(x) - self.k

    m = Outer()
    flat = fx.symbolic_trace(m)
    print(flat.code)
    kept = fx.GraphModule(m, AllLeaves().trace(m))
    print(kept.code, kept.graph)
    print(flat(1), kept(1), m(1))
    print(kept.inner is inner, type(kept.inner).__name__)
    for name, sub in kept.named_modules():
        print(name or "<root>", type(sub).__name__)
    list(inner.graph.nodes)[1].args = (list(inner.graph.nodes)[0], 100)
    print(kept(1))
    inner.recompile()
    print(kept(1))
    twice = copy.deepcopy(kept)
    list(inner.graph.nodes)[1].args = (list(inner.graph.nodes)[0], 0)
    inner.recompile()
    print(kept(1), twice(1))


class Recursive(fx.Interpreter):
    depth = 0

    def call_module(self, target, args, kwargs):
        sub = self.fetch_attr(target)
        if isinstance(sub, fx.GraphModule):
            r = Recursive(sub)
            r.depth = self.depth + 1
            return r.run(*args, **kwargs)
        print("  " * self.depth, target, args)
        return super().call_module(target, args, kwargs)


def scenario_recursive_interpretation():
    def leafed(m):
        return fx.GraphModule(m, AllLeaves().trace(m))

    b = Block(2)
    b.inner.inner = leafed(b.inner.inner)
    b.inner = leafed(b.inner)
    top = leafed(b)
    print(Recursive(top).run(5), top(5))


def scenario_attributes_of_modules():
    root = Module()
    root.a = 1
    root.sub = Module()
    root.sub.b = [2]
    g = fx.Graph()
    a = g.get_attr("a")
    b = g.get_attr("sub.b")
    g.output((a, b))
    gm = fx.GraphModule(root, g)
    print(gm(), gm.sub is root.sub, type(gm.sub).__name__)
    root.a = 5
    root.sub.b = [9]
    print(gm())
    gm.sub.b.append(1)
    print(root.sub.b, gm())
    attempt(lambda: gm.get_submodule("sub"))
    attempt(lambda: gm.get_submodule("nope"))
    attempt(lambda: gm.get_submodule("a"))
    attempt(lambda: gm.add_submodule("x.y", Add(3)))
    attempt(lambda: gm.delete_submodule("x.y"))
    attempt(lambda: gm.delete_submodule("x.zzz"))
    print(gm.delete_all_unused_submodules(), sorted(n for n, _ in gm.named_modules()))
    for attributes in ({"a": 1}, {"a": 1, "sub.b": 2}, {"a": 1, "sub.b": 2, "more": 3}):
        attempt(lambda: fx.GraphModule(attributes, copy.deepcopy(g))())
    attempt(lambda: fx.GraphModule(3, copy.deepcopy(g)))
    attempt(lambda: fx.GraphModule({}, 3))
    attempt(lambda: fx.GraphModule(root, copy.deepcopy(g), class_name="Mine"))
    attempt(lambda: type(fx.GraphModule(root, copy.deepcopy(g), "Mine")).__name__)


def scenario_errors_while_running():
    class Broken(Module):
        def forward(self, x):
            return {"a": x}["b"]

    class Root(Module):
        def __init__(self):
            super().__init__()
            self.broken = Broken()

        def forward(self, x):
            return self.broken(x + 1)

    gm = fx.GraphModule(Root(), AllLeaves().trace(Root()))
    attempt(lambda: gm(1))
    attempt(lambda: fx.Interpreter(gm).run(1))
    i = fx.Interpreter(gm)
    i.extra_traceback = False
    attempt(lambda: i.run(1))

    class Own(Exception):
        def __init__(self, code, text):
            super().__init__(code, text)
            self.code = code

    def fail(x):
        raise Own(7, "bad")

    def silent(x):
        raise ValueError

    def multi(x):
        raise TypeError("one", "two", 3)

    def stop(x):
        raise StopIteration("stop")

    def number(x):
        raise ValueError(5)

    for f in (fail, silent, multi, stop, number):
        g = fx.Graph()
        x = g.placeholder("x")
        y = g.call_function(f, (x, [x]), {})
        y.stack_trace = 'File "a.py", line 3\n  x = f(y)'
        y.args = (x,)
        g.output(y)
        m = fx.GraphModule({}, g)
        attempt(lambda: m(1))
        attempt(lambda: fx.Interpreter(m).run(1))
        try:
            fx.Interpreter(m).run(1)
        except Exception as e:
            print(type(e).__name__, len(e.args), e.args[1:], getattr(e, "code", None))
            print(type(e.__cause__).__name__, type(e.__context__).__name__)


def scenario_replace_pattern():
    def f(x, y):
        a = x + y
        b = a * 2
        return (x + y) * 2 + b

    def pattern(p, q):
        return (p + q) * 2

    def replacement(p, q):
        return fused(p, q)

    gm = fx.symbolic_trace(f)
    matches = fx.replace_pattern(gm, pattern, replacement)
    for m in matches:
        print(m.anchor, {k.name: getattr(v, "name", v) for k, v in m.nodes_map.items()})
    print(gm.code, gm.graph)
    print(gm(1, 2), f(1, 2))
    gm = fx.symbolic_trace(lambda x: ((x + 1) + 1) + 1)
    ms = fx.replace_pattern(gm, lambda x: x + 1, lambda x: x - 1)
    print(len(ms), gm.code, gm(5))
    gm = fx.symbolic_trace(lambda x: (x + 1, x + 2))
    print(len(fx.replace_pattern(gm, lambda x: x + 1, lambda x: x)), gm.code)
    gm = fx.symbolic_trace(lambda x, y: x - y)
    print(len(fx.replace_pattern(gm, lambda a, b: a - b, lambda a, b: b - a)), gm.code, gm(5, 3))
    gm = fx.symbolic_trace(lambda x, y: (x - y, y - x))
    attempt(lambda: len(fx.replace_pattern(gm, lambda a, b: (a - b, b - a), lambda a, b: (a, b))))
    print(gm.code)
    gm = fx.symbolic_trace(lambda x: x.foo(1).bar(k=2))
    print(len(fx.replace_pattern(gm, lambda a: a.foo(1), lambda a: a.baz())), gm.code)
    print(len(fx.replace_pattern(gm, lambda a: a.bar(k=3), lambda a: a)), gm.code)


@fx.wrap
def fused(p, q):
    return (p + q) * 2


class Meta(Module):
    def __init__(self):
        super().__init__()
        self.training_steps = 0

    def forward(self, x):
        if self.training:
            return x + 1
        return x


def scenario_training():
    m = Meta()
    gm = fx.symbolic_trace(m)
    m.eval()
    ge = fx.symbolic_trace(m)
    print(gm.training, ge.training, gm(1), ge(1))
    ge.train()
    print(ge.training, ge(1))
    print([c.training for c in gm.eval().modules()])
    print(gm.graph._codegen.__class__.__name__, gm.meta)
    print(sorted(k for k in gm.__dict__ if not k.startswith("_")))
