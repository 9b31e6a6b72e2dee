# type: ignore  # a script as users write it, for any implementation of fx; checked by what it prints
# ruff: noqa

import copy
import math
import operator

from fx_subject import Module, attempt, fx


class Sub(Module):
    def __init__(self):
        super().__init__()
        self.k = 2

    def forward(self, x):
        return x * self.k


class Root(Module):
    def __init__(self):
        super().__init__()
        self.sub = Sub()
        self.outer = Module()
        self.outer.inner = Sub()
        self.outer.value = 7
        self.unused = Sub()
        self.const = [1]


def graph():
    g = fx.Graph()
    x = g.placeholder("x")
    s = g.call_module("sub", (x,))
    i = g.call_module("outer.inner", (s,))
    v = g.create_node("get_attr", "outer.value")
    c = g.create_node("get_attr", "const")
    g.output((i, v, c))
    return g


def scenario_from_a_module():
    root = Root()
    m = fx.GraphModule(root, graph(), "Named")
    print(type(m).__name__, m._get_name(), isinstance(m, fx.GraphModule), isinstance(m, Module))
    print([name for name, _ in m.named_modules()], m.sub is root.sub, m.outer is root.outer, m.const is root.const)
    print(m(3), m.training)
    attempt(lambda: m.unused)
    print(m)
    print(m.code)


def scenario_from_a_dict():
    inner = Sub()
    m = fx.GraphModule({"sub": Sub(), "outer.inner": inner, "outer.value": 8, "const": "c"}, graph())
    print(m(3), m.outer.inner is inner, [name for name, _ in m.named_modules()])
    attempt(lambda: fx.GraphModule({"sub": Sub()}, graph()))
    attempt(lambda: fx.GraphModule(3, graph()))
    attempt(lambda: fx.GraphModule(None, graph()))
    attempt(lambda: fx.GraphModule({}, 3))
    attempt(lambda: fx.GraphModule(Module(), graph()))


def scenario_calling():
    g = fx.Graph()
    x = g.placeholder("x")
    y = g.placeholder("y")
    z = g.placeholder("z", default_value=5)
    g.output((x, y, z))
    m = fx.GraphModule({}, g)
    print(m(1, 2), m(1, 2, 3), m(1, y=2), m(y=1, x=2, z=3), m(1, 2, z=9), m.forward(1, 2))
    attempt(lambda: m())
    attempt(lambda: m(1))
    attempt(lambda: m(1, 2, 3, 4))
    attempt(lambda: m(1, 2, q=3))
    attempt(lambda: m(1, 2, x=3))
    attempt(lambda: m(z=1))
    h = fx.Graph()
    for name in "abc":
        h.placeholder(name)
    h.output(1)
    attempt(lambda: fx.GraphModule({}, h)())
    attempt(lambda: fx.GraphModule({}, h)(1, 2, 3, 4))
    k = fx.Graph()
    k.output(1)
    attempt(lambda: fx.GraphModule({}, k)(1))
    attempt(lambda: fx.GraphModule({}, k)(1, 2))
    attempt(lambda: fx.GraphModule({}, k)(q=1))
    s = fx.Graph()
    a = s.placeholder("a")
    args = s.placeholder("*args")
    kwargs = s.placeholder("**kwargs")
    s.output((a, args, kwargs))
    ms = fx.GraphModule({}, s)
    attempt(lambda: ms(1, 2, 3, k=4))
    attempt(lambda: ms())
    attempt(lambda: ms(1, a=2))
    attempt(lambda: ms(a=1, b=2))


def scenario_bad_signatures():
    g = fx.Graph()
    g.placeholder("x", default_value=1)
    g.placeholder("y")
    g.output(1)
    h = fx.Graph()
    h.placeholder("x")
    h.placeholder("x")
    h.output(1)
    for bad in (g, h):
        try:
            fx.GraphModule({}, bad)
        except SyntaxError as e:
            print(e.msg)


def scenario_errors_keep_class_and_message():
    def fail(x):
        raise ValueError("bad", x)

    g = fx.Graph()
    x = g.placeholder("x")
    g.output(g.call_function(operator.getitem, (x, "k")))
    m = fx.GraphModule({}, g)
    attempt(lambda: m({}))
    attempt(lambda: m(3))
    attempt(lambda: m({"k": 5}))
    h = fx.Graph()
    x = h.placeholder("x")
    h.output(h.call_function(fail, (x,)))
    try:
        fx.GraphModule({}, h)(1)
    except ValueError as e:
        print(e.args)


def scenario_stale_until_recompiled():
    g = fx.Graph()
    x = g.placeholder("x")
    a = g.call_function(operator.add, (x, 1))
    g.output(a)
    m = fx.GraphModule({}, g)
    before = m.code
    a.target = operator.mul
    a.args = (x, 10)
    print(m(5), m.code == before)
    code = m.recompile()
    print(m(5), type(code).__name__, code.src == m.code, m.code)
    h = fx.Graph()
    h.output(h.placeholder("q"))
    m.graph = h
    print(m(5), m.code, h.owning_module is m, m.graph is h)

    def assign():
        m.graph = 3

    attempt(assign)


def scenario_in_place_operators():
    g = fx.Graph()
    x = g.placeholder("x")
    y = g.call_function(operator.iadd, (x, 1))
    z = g.call_function(operator.imul, (y, x))
    g.output((x, y, z))
    m = fx.GraphModule({}, g)
    print(m.code, m(5), fx.Interpreter(m).run(5), m([1]) if False else "")
    h = fx.Graph()
    x = h.placeholder("x")
    s = h.call_function(operator.setitem, (x, 0, 9))
    h.output((x, s))
    m = fx.GraphModule({}, h)
    print(m.code, m([1, 2]), fx.Interpreter(m).run([1, 2]))


def scenario_submodules():
    m = fx.GraphModule(Root(), graph())
    print(m.add_submodule("new.deep.one", Sub()), [n for n, _ in m.named_modules()])
    print(m.add_submodule("const.x", Sub()))
    print(m.delete_submodule("new.deep.one"), m.delete_submodule("new.nope"), m.delete_submodule("const"))
    print(m.delete_submodule("const.x"), m.delete_submodule("nope.nope"))
    m.add_submodule("sub.below", Sub())
    m.delete_all_unused_submodules()
    print([n for n, _ in m.named_modules()])
    m.graph.lint()
    attempt(lambda: m.add_submodule("bad", 3))


def scenario_deepcopy():
    m = fx.GraphModule(Root(), graph(), "Named")
    m.meta["note"] = [1]
    m.extra = 5
    n = next(iter(m.graph.nodes))
    n.meta["m"] = 1
    c = copy.deepcopy(m)
    print(type(c).__name__, c(3), c.graph, c.graph is m.graph, c.sub is m.sub, c.meta, c.meta["note"] is m.meta["note"])
    print(c.graph.owning_module is c, next(iter(c.graph.nodes)).meta, c.const is m.const)
    attempt(lambda: c.extra)
    log = []
    m._deepcopy_hooks.append(lambda gm: log.append(type(gm).__name__))
    copy.deepcopy(m)
    print(log)


def scenario_copy():
    m = fx.GraphModule(Root(), graph(), "Named")
    m.meta["note"] = 1
    c = copy.copy(m)
    print(type(c).__name__, c(3), c.graph is m.graph, c.sub is m.sub, c.meta, m.graph.owning_module is c)


def scenario_nested_graph_modules():
    inner = fx.symbolic_trace(lambda x: x + 1)
    g = fx.Graph()
    x = g.placeholder("x")
    g.output(g.call_module("inner", (x,)))
    m = fx.GraphModule({"inner": inner}, g)
    print(m(1))
    for n in m.inner.graph.nodes:
        if n.op == "call_function":
            n.target = operator.sub
    print(m(1))
    m.recompile()
    print(m(1))


def scenario_subclasses():
    class Mine(fx.GraphModule):
        def __init__(self, root, graph):
            super().__init__(root, graph, "MineName")
            self.extra = 1

        def hello(self):
            return "hello"

    m = Mine(Root(), graph())
    print(type(m).__name__, m.hello(), m(1), isinstance(m, Mine), m.extra, m._tracer_cls)
    print(fx.symbolic_trace(lambda x: x)._tracer_cls.__name__)


def scenario_results_are_plain_and_fresh():
    g = fx.Graph()
    x = g.placeholder("x")
    g.output([x, {"k": (x, [1])}])
    m = fx.GraphModule({}, g)
    a, b = m(1), m(1)
    a.append(2)
    print(type(a).__name__, type(b[1]).__name__, a, b)


def scenario_unbound_names():
    g = fx.Graph()
    x = g.placeholder("x")
    a = g.call_function(abs, (x,))
    b = g.call_function(abs, (a,))
    g.output(b)
    a.prepend(b)
    attempt(lambda: fx.GraphModule({}, g)(1))


def scenario_targets_without_a_name():
    import functools

    g = fx.Graph()
    x = g.placeholder("x")
    g.output(g.create_node("call_function", functools.partial(max, 1), (x,), name="part"))
    attempt(lambda: fx.GraphModule({}, g))
    h = fx.Graph()
    h.output(h.call_function(str.upper, (h.placeholder("x"),)))
    attempt(lambda: fx.GraphModule({}, h))


def scenario_training_flag():
    root = Root()
    root.eval()
    m = fx.GraphModule(root, graph())
    print(m.training, m.train().training, m.sub.training, m.eval().sub.training)


def scenario_attributes_of_any_name():
    g = fx.Graph()
    names = (
        "plan",
        "run",
        "bind",
        "values",
        "graph_",
        "steps",
        "name",
        "target",
        "env",
        "module",
        "root",
        "copy",
        "state",
    )
    g.output([g.create_node("get_attr", name) for name in names])
    m = fx.GraphModule({name: i for i, name in enumerate(names)}, g)
    print(m(), fx.Interpreter(m).run(), m.plan)
    m.plan = Sub()
    m.step = 3
    print([n for n, _ in m.named_children()], m.step)
