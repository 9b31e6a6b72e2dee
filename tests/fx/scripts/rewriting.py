# type: ignore  # a script as users write it, for any implementation of fx; checked by what it prints
# ruff: noqa

import operator

from fx_subject import Module, attempt, fx


def show(f, pattern, replacement, *args):
    gm = fx.symbolic_trace(f)
    matches = fx.replace_pattern(gm, pattern, replacement)
    for m in matches:
        print(m.anchor, {k.name: str(v) for k, v in m.nodes_map.items()})
    gm.graph.lint()
    print(len(matches), gm.graph, gm(*args))


def scenario_one_operation():
    show(lambda x, y: (x + y) * (y + x), lambda a, b: a + b, lambda a, b: a - b, 5, 3)


def scenario_chains():
    show(lambda x: -abs(-abs(x)), lambda a: -abs(a), lambda a: a * 10, 3)
    show(lambda x: abs(abs(abs(x))), lambda a: abs(abs(a)), lambda a: a + 1, 3)


def scenario_inner_values_used_elsewhere_stay():
    def f(x):
        a = x + 1
        b = a * 2
        return b, a

    show(f, lambda v: (v + 1) * 2, lambda v: v - 7, 3)


def scenario_several_results():
    def pattern(x, y):
        a = x + y
        return a * 2, a - 1

    show(lambda p, q: [(p + q) * 2, (p + q) - 1, (p + q)], pattern, lambda x, y: (x, y), 3, 4)
    show(lambda p, q: max_of((p + q) * 2, q), lambda x, y: (x + y) * 2, lambda x, y: y, 3, 4)

    def g(p, q):
        s = p + q
        return s * 2 + (s - 1)

    show(g, pattern, lambda x, y: (x, y), 3, 4)


def max_of(a, b):
    return a * b


def scenario_literals():
    show(lambda x: (x + 1) * (x + 2), lambda a: a + 2, lambda a: a - 2, 3)
    show(lambda x: (x + 1) * (x + 2), lambda a, b: a + b, lambda a, b: b - a, 3)
    show(lambda x: x.m(1, k=2) + x.m(1, k=3) + x.m(1), lambda a: a.m(1, k=2), lambda a: a.n(), Methods())
    show(lambda x: x[1:2] + x[0], lambda a: a[0], lambda a: a[1], [[1], [2]])


class Methods:
    def m(self, *a, **k):
        return 1

    def n(self):
        return 100


def scenario_no_match():
    show(lambda x: x + 1, lambda a: a * 2, lambda a: a, 3)


def scenario_errors():
    gm = fx.symbolic_trace(lambda x: x + 1)
    attempt(lambda: fx.replace_pattern(gm, lambda a: a + 1, lambda a, b: a))
    attempt(lambda: fx.replace_pattern(gm, lambda a: a + 1, lambda a: (a, a)))
    attempt(lambda: fx.replace_pattern(gm, fx.GraphModule({}, fx.Graph()), lambda a: a))

    def dead(a):
        a * 3
        return a + 1

    attempt(lambda: fx.replace_pattern(gm, dead, lambda a: a))


def scenario_modules():
    class Sub(Module):
        def forward(self, x):
            return x * 100

    g = fx.Graph()
    x = g.placeholder("x")
    g.output(g.call_module("sub", (x,)))
    replacement = fx.GraphModule({"sub": Sub()}, g)
    gm = fx.symbolic_trace(lambda x: x + 1)
    print(len(fx.replace_pattern(gm, lambda a: a + 1, replacement)), gm.graph, gm(3), gm.sub is replacement.sub)
    h = fx.Graph()
    x = h.placeholder("x")
    h.output(h.call_module("sub", (x,)))
    print(len(fx.replace_pattern(gm, fx.GraphModule({"sub": Sub()}, h), lambda a: a - 1)), gm.graph, gm(3))


def scenario_overlaps():
    show(lambda x: ((x + x) + x) + x, lambda a, b: a + b, lambda a, b: a * b, 2)
    show(lambda x, y: (x + y) + (x + y), lambda a, b: (a + b) + (a + b), lambda a, b: a, 2, 3)

    def f(x, y):
        s = x + y
        return s + s

    show(f, lambda a, b: (a + b) + (a + b), lambda a, b: a, 2, 3)
    show(f, lambda a: a + a, lambda a: 2 * a, 2, 3)


def scenario_identity_replacement():
    show(lambda x: abs(x) + 1, lambda a: abs(a), lambda a: a, 3)


def scenario_no_user_after():
    def f(x):
        y = x.m()
        return y

    show(f, lambda a: a.m(), lambda a: a.n(), Methods())
