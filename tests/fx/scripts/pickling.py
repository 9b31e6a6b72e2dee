# type: ignore  # a script as users write it, for any implementation of fx; checked by what it prints
# ruff: noqa

from fx_subject import Module, attempt, fx


def with_ignored_warnings(action):
    with warnings.catch_warnings():  # PyTorch's own, about its trees
        warnings.simplefilter("ignore")
        return action()


def nested():
    return fx.symbolic_trace(pt, concrete_args={"x": {"a": fx.PH}, "y": (fx.PH, 4)})


def reloaded(thing):
    return with_ignored_warnings(lambda: pickle.loads(pickle.dumps(thing)))


import operator, copy, pickle, math, warnings


class A(Module):
    def __init__(self):
        super().__init__()
        self.k = 3

    def forward(self, x):
        return x + self.k


class Root(Module):
    def __init__(self):
        super().__init__()
        self.a = A()
        self.c = 7
        self.seq = Module()
        self.seq.b = A()


@fx.wrap
def helper(x, n=2):
    return x * n


class T(fx.Tracer):
    def is_leaf_module(self, m, n):
        return True


def show(gm, *args):
    print("--")
    try:
        m = reloaded(gm)
    except Exception as e:
        print(type(e).__name__, str(e)[:60])
        return
    print(type(m).__name__, m.code, m.graph)
    print([(n.name, n.op, sorted(n.meta)) for n in m.graph.nodes])
    attempt(lambda: m(*args))
    attempt(lambda: gm(*args))
    print(
        sorted(dict(m.named_modules())),
        m.training,
        m.meta,
        m.graph._tracer_cls.__name__ if m.graph._tracer_cls else None,
    )
    print(sorted(k for k in m.__dict__ if not k.startswith("_")))
    m2 = reloaded(m)
    print(m2.code == m.code)
    m3 = copy.deepcopy(m)
    attempt(lambda: m3(*args))


def f(x, y: int = 4, *rest, **kw):
    z = x + y
    w = helper(z, n=3)
    z += w
    return {"a": [z, w], "b": (x, slice(x, None))}


def pt(x, y):
    return x["a"] + y[0]


def scenario_pickled_graph_modules():
    r = Root()
    g = fx.Graph()
    x = g.placeholder("x", type_expr=int)
    c = g.get_attr("c")
    a = (
        g.call_module("a", (x,), name="weird_name")
        if False
        else g.create_node("call_module", "a", (x,), name="weird_name")
    )
    b = g.call_module("seq.b", (a,))
    d = g.call_function(math.floor, (b,))
    dead = g.call_function(operator.neg, (b,))
    e = g.call_function(operator.add, (d, c))
    e.meta["v"] = 1
    g.output([e, {"k": b}], type_expr=list)
    gm = fx.GraphModule(r, g, "Fancy")
    gm.extra = [1]
    gm.meta["m"] = 2
    gm.eval()
    show(gm, 5)
    show(fx.symbolic_trace(f), 1, 2)
    with_ignored_warnings(lambda: show(nested(), {"a": 2}, (3, 4)))
    show(fx.symbolic_trace(lambda x: x.foo(1)[0] + x.bar), 1)
    show(fx.GraphModule(r, T().trace(A())), 2)
    show(fx.symbolic_trace(gm), 5)
    long = fx.Graph()
    n = long.placeholder("x")
    for i in range(3000):
        n = long.call_function(operator.add, (n, 1))
    long.output(n)
    m = reloaded(fx.GraphModule({}, long))
    print(m(1), len(m.graph.nodes))
    h = fx.Graph()
    n = h.placeholder("x")
    h.output(h.call_function(lambda q: q, (n,)))
    try:
        pickle.dumps(fx.GraphModule({}, h))
        print("pickled")
    except Exception as e:
        print("no")
    e = fx.Graph()
    e.output(e.placeholder("x"))
    show(fx.GraphModule({}, e), 1)
    inner = fx.symbolic_trace(A())

    class O(Module):
        def __init__(self):
            super().__init__()
            self.inner = inner

    o = O()
    g = fx.Graph()
    x = g.placeholder("x")
    g.output(g.call_module("inner", (x,)))
    show(fx.GraphModule(o, g), 3)
