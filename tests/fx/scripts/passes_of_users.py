# type: ignore  # a script as users write it, for any implementation of fx; checked by what it prints
# ruff: noqa

import operator, math, copy, weakref
from collections import defaultdict, namedtuple
from fx_subject import Module, attempt, fx


class Linear(Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = w
        self.b = b

    def forward(self, x):
        return [v * self.w + self.b for v in x]

    def extra_repr(self):
        return f"w={self.w}, b={self.b}"


class Relu(Module):
    def forward(self, x):
        return [max(v, 0) for v in x]


class Net(Module):
    def __init__(self):
        super().__init__()
        self.l1 = Linear(2, -1)
        self.act = Relu()
        self.l2 = Linear(-1, 3)
        self.seq = Seq(Linear(1, 1), Relu())
        self.scale = 3

    def forward(self, x, *, bias=0):
        h = self.act(self.l1(x))
        h = self.seq(h)
        return {"out": self.l2(h), "sum": total(h) + bias, "scale": self.scale}


class Seq(Module):
    def __init__(self, *ms):
        super().__init__()
        for i, m in enumerate(ms):
            self.add_module(str(i), m)

    def forward(self, x):
        for m in self._modules.values():
            x = m(x)
        return x


def total(xs):
    return sum(xs)


fx.wrap("total")


class LeafTracer(fx.Tracer):
    def is_leaf_module(self, m, q):
        return isinstance(m, (Linear, Relu))


def trace(m=None):
    m = m or Net()
    t = LeafTracer()
    return fx.GraphModule(m, t.trace(m), "Net")


def scenario_trace_net():
    gm = trace()
    print(gm.code, gm.graph, gm([1, -2, 3]), gm([1], bias=5))
    attempt(lambda: gm([1], 5))
    print(gm)
    print(gm.seq, [n for n, _ in gm.named_modules()])
    gm.graph.lint()
    for n in gm.graph.nodes:
        print(n.name, {k: (v[0], v[1].__name__) for k, v in n.meta.get("nn_module_stack", {}).items()})


def scenario_fuse_relu():
    gm = trace()
    mods = dict(gm.named_modules())

    class LinearRelu(Module):
        def __init__(self, l):
            super().__init__()
            self.l = l

        def forward(self, x):
            return [max(v, 0) for v in self.l(x)]

    before = gm([1, -2, 3])
    for n in list(gm.graph.nodes):
        if (
            n.op == "call_module"
            and isinstance(mods[n.target], Relu)
            and len(n.args[0].users) == 1
            and n.args[0].op == "call_module"
            and isinstance(mods[n.args[0].target], Linear)
        ):
            parent, _, name = n.args[0].target.rpartition(".")
            setattr(gm.get_submodule(parent), name, LinearRelu(mods[n.args[0].target]))
            n.replace_all_uses_with(n.args[0])
            gm.graph.erase_node(n)
    print(gm.graph)
    attempt(lambda: gm.graph.lint())
    gm.delete_all_unused_submodules()
    gm.recompile()
    print(gm.code, gm([1, -2, 3]) == before, gm)


def scenario_shape_like_prop():
    class Meta(fx.Interpreter):
        def run_node(self, n):
            r = super().run_node(n)
            n.meta["val"] = (type(r).__name__, len(r) if hasattr(r, "__len__") else None)
            return r

    gm = trace()
    Meta(gm).run([1, 2, 3])
    print([(n.name, n.meta["val"]) for n in gm.graph.nodes])
    c = copy.deepcopy(gm)
    print([n.meta["val"] for n in c.graph.nodes] == [n.meta["val"] for n in gm.graph.nodes])
    attempt(lambda: Meta(gm).run(3))
    attempt(lambda: Meta(gm).run([1], 2, 3))
    attempt(lambda: Meta(gm).run())


def scenario_inverse_ops():
    inv = {operator.add: operator.sub, operator.mul: operator.truediv}

    def f(x, y):
        return (x + y) * 2

    gm = fx.symbolic_trace(f)
    g = fx.Graph()
    env = {}
    out = gm.graph.output_node().args[0]
    r = g.placeholder("r")
    y = g.placeholder("y")
    cur = r
    n = out
    while n.op == "call_function":
        o = n.args[1]
        cur = g.call_function(inv[n.target], (cur, y if isinstance(o, fx.Node) else o))
        n = n.args[0]
    g.output(cur)
    g.lint()
    h = fx.GraphModule({}, g)
    print(h.code, h(gm(5, 7), 7), g)


def scenario_decompose_with_proxies():
    def f(x):
        return total(x) + total([1, x[0]])

    gm = fx.symbolic_trace(f)
    new = fx.Graph()
    env = {}
    tracer = fx.proxy.GraphAppendingTracer(new)
    for n in gm.graph.nodes:
        if n.op == "call_function" and n.target is total and isinstance(n.args[0], fx.Node):
            p = fx.Proxy(env[n.args[0].name], tracer)
            env[n.name] = (p[0] + p[1]).node
        else:
            env[n.name] = new.node_copy(n, lambda k: env[k.name])
    print(new)
    h = fx.GraphModule(gm, new)
    print(h.code, h([1, 2]), gm([1, 2]))
    h.graph.lint()


def scenario_dce_and_cse():
    def f(x, y):
        a = x * y
        b = x * y
        c = y * x
        unused = a + 100
        d = math.sqrt(4)
        return a + b + c + d

    gm = fx.symbolic_trace(f)
    seen = {}
    for n in list(gm.graph.nodes):
        if n.op != "call_function":
            continue
        key = (n.target, tuple(a.name if isinstance(a, fx.Node) else a for a in n.args))
        if key in seen:
            n.replace_all_uses_with(seen[key])
            gm.graph.erase_node(n)
        else:
            seen[key] = n
    print(gm.graph.eliminate_dead_code(), gm.graph.eliminate_dead_code())
    gm.recompile()
    print(gm.code, gm(2, 3), f(2, 3))


def scenario_split_by_users():
    def f(x, y):
        a = x + 1
        b = y + 2
        c = a * b
        d = c - a
        return d, b

    gm = fx.symbolic_trace(f)
    g = gm.graph
    first = fx.Graph()
    vm = {}
    for n in g.nodes:
        if n.name == "mul":
            break
        vm[n] = first.node_copy(n, vm.__getitem__)
    needed = [n for n in vm if any(u not in vm for u in n.users)]
    first.output(tuple(vm[n] for n in needed))
    second = fx.Graph()
    vm2 = {n: second.placeholder(n.name) for n in needed}
    for n in g.nodes:
        if n in vm:
            continue
        vm2[n] = second.node_copy(n, vm2.__getitem__)
    a, b = fx.GraphModule({}, first), fx.GraphModule({}, second)
    print(needed, a.code, b.code, b(*a(3, 4)), gm(3, 4))
    main = fx.Graph()
    x = main.placeholder("x")
    y = main.placeholder("y")
    s = main.call_module("first", (x, y))
    parts = [main.call_function(operator.getitem, (s, i)) for i in range(len(needed))]
    main.output(main.call_module("second", tuple(parts)))

    class Holder(Module):
        def __init__(self):
            super().__init__()
            self.first = a
            self.second = b

    m = fx.GraphModule(Holder(), main)
    print(m(3, 4), m.code, fx.Interpreter(m).run(3, 4))
    m.print_readable()
    print([n for n, _ in m.named_modules()])

    class Deep(fx.Interpreter):
        depth = 0

        def call_module(self, t, a, k):
            sub = self.fetch_attr(t)
            if isinstance(sub, fx.GraphModule):
                return [Deep(sub).run(*a)]
            return super().call_module(t, a, k)

    attempt(lambda: Deep(m).run(3, 4))


def scenario_weak_values():
    class V(list):
        pass

    alive = []

    class Watch(fx.Interpreter):
        refs = {}

        def run_node(self, n):
            r = super().run_node(n)
            try:
                self.refs[n.name] = weakref.ref(r)
            except TypeError:
                pass
            alive.append((n.name, sorted(k for k, w in self.refs.items() if w() is not None)))
            return r

    def f(a, b):
        c = V([a, b]) if False else mk(a, b)
        d = mk(c, 1)
        e = mk(d, c)
        return mk(e)

    gm = fx.symbolic_trace(f)
    Watch(gm).run(V(), V())
    print(*alive, sep="\n")
    alive.clear()
    Watch.refs = {}
    args = [V(), V()]
    Watch(gm).boxed_run(args)
    print(*alive, args, sep="\n")


def mk(*a):
    class W(list):
        pass

    return W(range(len(a)))


fx.wrap("mk")


def scenario_quantize_style():
    gm = trace()

    class Observer(Module):
        def __init__(self):
            super().__init__()
            self.lo = self.hi = None

        def forward(self, x):
            self.lo, self.hi = min(x), max(x)
            return x

    for i, n in enumerate([n for n in gm.graph.nodes if n.op == "call_module"]):
        gm.add_submodule(f"obs.o{i}", Observer())
        with gm.graph.inserting_after(n):
            o = gm.graph.call_module(f"obs.o{i}", (n,))
            n.replace_all_uses_with(o)
            o.args = (n,)
    gm.recompile()
    print(gm([1, 5]), [(n, m.lo, m.hi) for n, m in gm.named_modules() if isinstance(m, Observer)])
    print(gm.code)
    c = copy.deepcopy(gm)
    c([9])
    print(gm.obs.o0.hi, c.obs.o0.hi, type(gm.obs).__name__)
    gm.graph.eliminate_dead_code()
    print(gm.delete_submodule("obs.o1"), gm.delete_submodule("obs.o9"))
    attempt(lambda: gm.graph.lint())
    attempt(lambda: gm([1]))
    attempt(lambda: fx.Interpreter(gm).run([1]))


def scenario_node_meta_and_tracebacks():
    t = LeafTracer()
    t.record_stack_traces = True
    m = Net()
    gm = fx.GraphModule(m, t.trace(m))
    print(
        [bool(n.stack_trace) for n in gm.graph.nodes], ["in forward" in (n.stack_trace or "") for n in gm.graph.nodes]
    )

    def show():
        try:
            fx.Interpreter(gm).run(3)
        except TypeError as e:
            print(str(e).split("\n")[:4], "Original traceback:" in str(e))

    show()
    n = [n for n in gm.graph.nodes if n.op == "call_module"][0]
    n.stack_trace = None
    show()
    del n.meta["stack_trace"]
    show()
    attempt(lambda: n.stack_trace)
    with fx.traceback.preserve_node_meta():
        print(fx.traceback.has_preserved_node_meta(), fx.traceback.get_current_meta())
        seen = []

        class I(fx.Interpreter):
            def call_module(self, t, a, k):
                seen.append(
                    (
                        t,
                        sorted(fx.traceback.get_current_meta()),
                        [s.pass_name for s in fx.traceback.get_current_meta()["from_node"]],
                    )
                )
                return super().call_module(t, a, k)

        I(gm).run([1])
        print(seen)
    print(fx.traceback.has_preserved_node_meta(), fx.traceback.get_current_meta())
