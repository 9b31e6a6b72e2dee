# type: ignore  # a script as users write it, for any implementation of fx; checked by what it prints
# ruff: noqa

import copy
import math
import operator
import pickle
import weakref

from fx_subject import Module, attempt, fx


class Linear(Module):
    def __init__(self, w, b):
        super().__init__()
        self.w = w
        self.b = b

    def forward(self, x):
        return x * self.w + self.b


class Act(Module):
    def forward(self, x):
        return max(x, 0) if not isinstance(x, fx.Proxy) else relu(x)


def relu(x):
    return x if x > 0 else 0


fx.wrap("relu")


class Net(Module):
    def __init__(self):
        super().__init__()
        self.l1 = Linear(2, 1)
        self.act = Act()
        self.l2 = Linear(3, -7)

    def forward(self, x, *, bias=5):
        y = self.l1(x)
        y = self.act(y)
        return self.l2(y) + bias


class LeafTracer(fx.Tracer):
    def is_leaf_module(self, m, qualname):
        return isinstance(m, (Linear, Act))


def leaf_graph():
    net = Net()
    t = LeafTracer()
    g = t.trace(net)
    return fx.GraphModule(net, g)


def scenario_trace_by_hand():
    gm = leaf_graph()
    print(gm.graph)
    print(gm.code)
    print(gm(4), gm(4, bias=0), gm(-9))
    print([n.name for n in gm.graph.nodes], [n.op for n in gm.graph.nodes])
    print(sorted(dict(gm.named_modules())))
    for n in gm.graph.nodes:
        print(n, n.args, n.kwargs, list(n.users), n.type, n.target if isinstance(n.target, str) else n.target.__name__)


class Profiler(fx.Interpreter):
    def __init__(self, mod):
        super().__init__(mod)
        self.count = {}
        self.trace = []

    def run_node(self, n):
        r = super().run_node(n)
        self.count[n.op] = self.count.get(n.op, 0) + 1
        self.trace.append((n.name, r))
        return r

    def call_module(self, target, args, kwargs):
        self.trace.append(("enter", target))
        return super().call_module(target, args, kwargs)


def scenario_profiler():
    p = Profiler(leaf_graph())
    print(p.run(3))
    print(p.count)
    print(p.trace)
    print(p.run(3, 2))
    attempt(lambda: p.run())
    attempt(lambda: p.run(1, 2, 3))
    print(len(p.trace))


class Fuse(fx.Transformer):
    def call_module(self, target, args, kwargs):
        m = self.submodules[target]
        if isinstance(m, Linear):
            return args[0] * m.w + m.b
        return super().call_module(target, args, kwargs)

    def call_function(self, target, args, kwargs):
        if target is operator.add and isinstance(args[1], int) and args[1] == 0:
            return args[0]
        return super().call_function(target, args, kwargs)


def scenario_inline_modules():
    gm = leaf_graph()
    out = Fuse(gm).transform()
    print(out.graph)
    print(out.code)
    print(out(4), gm(4))
    print(type(out).__name__, sorted(dict(out.named_modules())))
    again = fx.Transformer(out).transform()
    print(again.code == out.code)
    print([n.name for n in again.graph.nodes])


def scenario_partial_evaluation():
    gm = leaf_graph()
    nodes = {n.name: n for n in gm.graph.nodes}
    i = fx.Interpreter(gm)
    print(i.run(initial_env={nodes["act"]: 100, nodes["x"]: 1, nodes["bias"]: 0}))
    attempt(lambda: i.run(initial_env={nodes["act"]: 100}))
    attempt(lambda: i.run(1, initial_env={nodes["act"]: 100}))
    env = {nodes["l2"]: 7}
    attempt(lambda: i.run(1, 2, initial_env=env))
    print({k.name: v for k, v in env.items()}, env is i.env)
    j = fx.Interpreter(gm, garbage_collect_values=False)
    print(j.run(5))
    print({k.name: v for k, v in j.env.items()})
    attempt(lambda: j.user_to_last_uses)
    print({k.name: [n.name for n in v] for k, v in i.user_to_last_uses.items()})


def scenario_constant_folding():
    g = fx.Graph()
    x = g.placeholder("x")
    a = g.call_function(operator.add, (2, 3))
    b = g.call_function(operator.mul, (a, 4))
    c = g.call_function(operator.add, (x, b))
    d = g.call_function(math.sqrt, (16,))
    e = g.call_function(operator.sub, (c, d))
    g.output(e)
    gm = fx.GraphModule({}, g)
    changed = True
    while changed:
        changed = False
        for n in list(gm.graph.nodes):
            if n.op == "call_function" and not n.all_input_nodes:
                value = n.target(*n.args, **n.kwargs)
                for user in list(n.users):
                    user.args = tuple(value if arg is n else arg for arg in user.args)
                gm.graph.erase_node(n)
                changed = True
    gm.graph.lint()
    gm.recompile()
    print(gm.code)
    print(gm(1))


def scenario_common_subexpressions():
    def f(x, y):
        a = x + y
        b = x + y
        c = (x + y) * 2
        d = (x + y) * 2
        return a * b, c - d, [a, {"k": d}]

    gm = fx.symbolic_trace(f)
    seen = {}
    for n in gm.graph.nodes:
        if n.op != "call_function":
            continue
        key = (n.target, n.args, tuple(sorted(n.kwargs.items())))
        if key in seen:
            print(n, "->", seen[key], n.replace_all_uses_with(seen[key]))
            gm.graph.erase_node(n)
        else:
            seen[key] = n
    gm.recompile()
    print(gm.graph)
    print(gm.code)
    print(gm(2, 3))


def scenario_split_by_hand():
    gm = leaf_graph()
    nodes = list(gm.graph.nodes)
    first = fx.Graph()
    env = {}
    for n in nodes[:4]:
        env[n] = first.node_copy(n, lambda a: env[a])
    first.output(env[nodes[3]])
    second = fx.Graph()
    env2 = {nodes[3]: second.placeholder("mid"), nodes[1]: second.placeholder("bias")}
    for n in nodes[4:]:
        env2[n] = second.node_copy(n, lambda a: env2[a])
    a, b = fx.GraphModule(gm, first), fx.GraphModule(gm, second)
    print(a.code, b.code)
    print(b(a(4, bias=5), 5), gm(4))
    print(sorted(dict(a.named_children())), sorted(dict(b.named_children())))


class Boxed:
    alive = 0

    def __init__(self, v):
        self.v = v
        Boxed.alive += 1

    def __del__(self):
        Boxed.alive -= 1

    def __add__(self, other):
        return Boxed(self.v + getattr(other, "v", other))

    __mul__ = __add__


class Alive(fx.Interpreter):
    def run_node(self, n):
        r = super().run_node(n)
        print(n.name, Boxed.alive, sorted(k.name for k in self.env))
        return r


def scenario_boxed_freeing():
    def f(a, b, c):
        x = a + b
        y = x + c
        z = y + 1
        return z * x

    gm = fx.symbolic_trace(f)
    args = [Boxed(1), Boxed(2), Boxed(3)]
    refs = [weakref.ref(a) for a in args]
    out = Alive(gm).boxed_run(args)
    print(out.v, args, [r() is None for r in refs], Boxed.alive)
    del out
    print(Boxed.alive)
    attempt(lambda: Alive(gm).boxed_run([Boxed(1)]))
    attempt(lambda: Alive(gm).boxed_run([Boxed(1)] * 5))
    attempt(lambda: Alive(gm).boxed_run((Boxed(1),) * 3))
    i = Alive(gm)
    i.garbage_collect_values = False
    args = [Boxed(1), Boxed(2), Boxed(3)]
    print(i.boxed_run(args).v, Boxed.alive)


def scenario_pickled_nodes_and_graphs():
    gm = leaf_graph()
    g = pickle.loads(pickle.dumps(gm.graph))
    print(g)
    g2 = copy.deepcopy(gm.graph)
    print(str(g2) == str(gm.graph), [n.name for n in g2.nodes])
    m = copy.deepcopy(gm)
    print(m(4), m.code == gm.code, m.graph is gm.graph, m.l1 is gm.l1)
    s = copy.copy(gm)
    print(s(4), s.l1 is gm.l1, s.graph is gm.graph)


def scenario_pickled_module():
    gm = leaf_graph()
    gm.tag = "kept"
    m = pickle.loads(pickle.dumps(gm))
    print(type(m).__name__, m(4), m.tag)
    print(m.code)
    print(m.graph)
    print(sorted(dict(m.named_modules())))
    print([n.name for n in m.graph.nodes])
