# type: ignore  # a script as users write it, for any implementation of fx; checked by what it prints
# ruff: noqa

import operator

from fx_subject import Module, attempt, fx


def build():
    g = fx.Graph()
    x = g.placeholder("x")
    y = g.placeholder("y", default_value=None)
    a = g.call_function(operator.add, (x, 1))
    b = g.call_function(operator.mul, (a, [x, {"k": y}]), {"z": (a,), "s": slice(x, None, 2)})
    c = g.call_method("size", (b, 0), {"dim": y})
    g.output((c, [a]))
    return g, x, y, a, b, c


def scenario_str_of_a_graph():
    g, *_ = build()
    print(g)
    print(str(fx.Graph()))
    print(len(g.nodes), [n.op for n in g.nodes], [n.name for n in reversed(g.nodes)])


def scenario_types_in_print():
    g = fx.Graph()
    x = g.placeholder("x", type_expr=int)
    a = g.call_function(operator.add, (x, 1), type_expr=list[int])
    b = g.get_attr("w", type_expr=float)
    m = g.call_module("sub.mod", (a,), {"q": b}, type_expr="text")
    g.output(m, type_expr=tuple[int, ...])
    print(g)
    for n in g.nodes:
        print(repr(n.type), n.format_node())


def scenario_every_builder():
    g = fx.Graph()
    x = g.create_node("placeholder", "x", name="renamed", type_expr=bool)
    g.create_node("call_function", len, (x,), None, "my len!", int)
    g.create_node("call_method", "__add__", (x, 1))
    g.call_method("toString", (x,))
    g.call_function(max, name="MAX")
    g.call_function(the_function=min, args=(x, 2), kwargs={"key": None})
    g.call_module("layer1.0.Conv", (x,))
    g.get_attr("layer1.weight")
    g.create_node("output", "output", (x,))
    print(g)
    g.lint()


def scenario_create_node_errors():
    g = fx.Graph()
    attempt(lambda: g.create_node("bad", "x"))
    attempt(lambda: g.create_node("call_function", "x"))
    attempt(lambda: g.create_node("call_method", operator.add))
    attempt(lambda: g.create_node("call_function", operator.add, [1]))
    attempt(lambda: g.create_node("call_function", operator.add, (1,), (1,)))
    attempt(lambda: g.create_node("placeholder", 3))
    attempt(lambda: g.create_node("call_function", object()))
    attempt(lambda: g.create_node("call_function", 3, name="three"))
    attempt(lambda: g.create_node("get_attr", None, name="three"))
    attempt(lambda: g.create_node("call_function", operator.add, [], {}).args)
    attempt(lambda: g.create_node("root", "x"))
    print(g)


def scenario_erase():
    g, x, y, a, b, c = build()
    attempt(lambda: g.erase_node(x))
    attempt(lambda: g.erase_node(c))
    attempt(lambda: fx.Graph().erase_node(y))
    out = g.output_node()
    attempt(lambda: fx.Graph().erase_node(out))
    g.erase_node(out)
    print(out.args, out.kwargs, a.users, c.users)
    attempt(lambda: g.erase_node(out))
    g.erase_node(c)
    print(c.args, c.kwargs, list(b.users), list(y.users))
    print(len(g.nodes), g)


def scenario_insertion_points():
    g, x, y, a, b, c = build()
    with g.inserting_before(a):
        g.call_function(len, (x,))
        g.call_function(abs, (x,))
    with g.inserting_after(a):
        g.call_function(min, (x,))
        g.call_function(max, (x,))
    with g.inserting_before():
        g.placeholder("first")
    with g.inserting_after():
        g.call_function(any, (x,))
    with g.inserting_before(b):
        g.call_function(sum, (x,))
        with g.inserting_after(x):
            g.placeholder("x")
        g.call_function(all, (x,))
    try:
        with g.inserting_after(b):
            raise ValueError("inside")
    except ValueError:
        pass
    g.call_function(print)
    print(g)
    print(sorted(g.nodes, key=lambda n: n) == list(g.nodes))
    h = fx.Graph()
    attempt(lambda: h.inserting_before(x))
    attempt(lambda: h.inserting_after(x))
    g.inserting_before(a)
    g.call_function(bool, (x,))
    print([n.name for n in g.nodes])


def scenario_lint_errors():
    g, x, y, a, b, c = build()
    print(g.lint())
    a.append(b)
    x.append(b)
    attempt(g.lint)
    g, x, y, a, b, c = build()
    h, hx, *_ = build()
    a.args = (hx, 1)
    attempt(g.lint)
    g, x, y, a, b, c = build()
    b.name = "add"
    attempt(g.lint)
    g, x, y, a, b, c = build()
    b.op = "weird"
    attempt(g.lint)
    g, x, y, a, b, c = build()
    x.graph = h
    attempt(g.lint)


def scenario_lint_targets():
    class M(Module):
        def __init__(self):
            super().__init__()
            self.sub = Module()
            self.value = 3

    def gm():
        g = fx.Graph()
        x = g.placeholder("x")
        s = g.create_node("call_module", "sub", (x,))
        v = g.create_node("get_attr", "value")
        g.output((s, v))
        return fx.GraphModule(M(), g), s, v

    m, s, v = gm()
    print(m.graph.lint())
    v.target = "nowhere"
    attempt(m.graph.lint)
    m, s, v = gm()
    s.target = "value"
    attempt(m.graph.lint)
    m, s, v = gm()
    s.target = "sub.deep.er"
    attempt(m.graph.lint)
    m, s, v = gm()
    s.target = len
    attempt(m.graph.lint)
    m, s, v = gm()
    v.op = "call_function"
    attempt(m.graph.lint)


def scenario_dead_code():
    g, x, y, a, b, c = build()
    d = g.call_function(len, (a,))
    g.call_function(abs, (d,))
    s = g.call_function(operator.setitem, (x, 0, 1))
    print(g.eliminate_dead_code(), g)
    print(g.eliminate_dead_code())
    print(s.is_impure(), a.is_impure(), x.is_impure())

    @fx.has_side_effect
    def effect(v):
        return v

    g.call_function(effect, (x,))
    g.call_function(abs, (x,))
    print(g.eliminate_dead_code(), [n.name for n in g.nodes])
    print(g.eliminate_dead_code(is_impure_node=lambda n: n.op in ("placeholder", "output")), [n.name for n in g.nodes])
    print(g.eliminate_dead_code(lambda n: False), g)


def scenario_dead_code_lints_first():
    g, x, y, a, b, c = build()
    c.append(a)
    attempt(g.eliminate_dead_code)


def scenario_dead_modules():
    class Pure(Module):
        def forward(self, x):
            return x

    class Impure(Pure):
        _is_impure = True

    g = fx.Graph()
    x = g.placeholder("x")
    p = g.call_module("p", (x,))
    i = g.call_module("i", (x,))
    g.output(x)
    attempt(p.is_impure)
    attempt(g.eliminate_dead_code)
    m = fx.GraphModule({"p": Pure(), "i": Impure()}, g)
    print(p.is_impure(), i.is_impure(), m.graph.eliminate_dead_code(), g)


def scenario_dead_code_in_subgraphs():
    inner = fx.Graph()
    x = inner.placeholder("x")
    inner.call_function(len, (x,))
    inner.output(x)
    sub = fx.GraphModule({}, inner)
    g = fx.Graph()
    x = g.placeholder("x")
    ref = g.create_node("get_attr", "sub")
    g.output((x, ref))
    m = fx.GraphModule({"sub": sub}, g)
    print(m.graph.eliminate_dead_code(), m.sub.graph, m.sub.code, m.graph.eliminate_dead_code())


def scenario_graph_copy_and_node_copy():
    g, x, y, a, b, c = build()
    b.meta["note"] = 5
    h = fx.Graph()
    z = h.placeholder("z")
    mapping = {x: z}
    result = h.graph_copy(g, mapping)
    print(result, type(result).__name__, h)
    print({k.name: v.name for k, v in mapping.items()}, mapping[b].meta, mapping[b].meta is b.meta)
    print(h.graph_copy(g, {x: z, y: z}, return_output_node=True))
    print(fx.Graph().graph_copy(fx.Graph(), {}))
    attempt(lambda: fx.Graph().node_copy(a))
    k = fx.Graph()
    attempt(lambda: k.node_copy(a, lambda n: 7).format_node())
    attempt(lambda: fx.Graph().node_copy(a, {}.__getitem__))
    attempt(k.lint)


def scenario_deepcopy():
    import copy

    g, x, y, a, b, c = build()
    a.meta["m"] = [1]
    a.type = int
    h = copy.deepcopy(g)
    print(h)
    print([n is m for n, m in zip(g.nodes, h.nodes)], len(h.nodes), h.owning_module)
    ha = list(h.nodes)[2]
    print(ha.meta, ha.meta["m"] is a.meta["m"], ha.type, ha.graph is h)
    empty = copy.deepcopy(fx.Graph())
    print(empty, len(empty.nodes))


def scenario_find_nodes():
    g, x, y, a, b, c = build()
    g.call_function(operator.add, (x, 3))
    g.call_method("size", (x,))
    attempt(lambda: g.find_nodes(op="call_function"))
    attempt(lambda: g.find_nodes(op="call_function", target=operator.add))
    attempt(lambda: g.find_nodes(op="call_method", target="size"))
    attempt(lambda: g.find_nodes(op="call_method", target="none"))
    attempt(lambda: g.find_nodes(op="placeholder"))
    attempt(lambda: g.find_nodes(op="placeholder", target="y"))
    attempt(lambda: g.find_nodes(op="unknown"))
    x.append(a)
    a.args = (x, 9)
    attempt(lambda: g.find_nodes(op="call_function", target=operator.add))
    attempt(lambda: g.find_nodes(op="call_function", target=operator.add, sort=False))
    a.target = operator.sub
    attempt(lambda: g.find_nodes(op="call_function", target=operator.add))
    attempt(lambda: g.find_nodes(op="call_function", target=operator.sub))
    x.meta = {}
    attempt(lambda: g.find_nodes(op="placeholder", sort=False))
    attempt(lambda: g.find_nodes("placeholder"))


def scenario_output_node():
    g = fx.Graph()
    attempt(g.output_node)
    x = g.placeholder("x")
    attempt(g.output_node)
    g.output(x)
    attempt(g.output_node)


def scenario_iteration_under_mutation():
    g, x, y, a, b, c = build()
    seen = []
    for n in g.nodes:
        seen.append(n.name)
        if n is a:
            with g.inserting_after(a):
                g.call_function(len, (a,))
        if n.name == "len_1":
            g.erase_node(n)
        if n is b:
            with g.inserting_before(b):
                g.call_function(abs, (a,))
    print(seen, [n.name for n in g.nodes])
    for n in reversed(g.nodes):
        if not n.users:
            g.erase_node(n)
    print(g)
    print(x in g.nodes, c in g.nodes)
    attempt(lambda: g.nodes[0])


def scenario_print_tabular():
    import sys
    import types

    g, *_ = build()
    before = sys.modules.get("tabulate")
    try:
        sys.modules["tabulate"] = None
        attempt(g.print_tabular)
        fake = types.ModuleType("tabulate")
        fake.tabulate = lambda rows, headers: repr((headers, [[r[0], r[1], str(r[3])] for r in rows]))
        sys.modules["tabulate"] = fake
        g.print_tabular()
    finally:
        sys.modules.pop("tabulate")
        if before is not None:
            sys.modules["tabulate"] = before


def scenario_process_inputs_and_outputs():
    g, *_ = build()
    print(g.process_inputs(1, [2]), g.process_inputs(), g.process_outputs({"a": 1}))

    class Doubling(fx.CodeGen):
        def process_inputs(self, *args):
            return [2 * a for a in args]

        def process_outputs(self, out):
            return ("out", out)

    h = fx.Graph()
    x = h.placeholder("x")
    h.output(h.call_function(operator.add, (x, 1)))
    m = fx.GraphModule({}, h)
    h.set_codegen(Doubling())
    print(fx.Interpreter(m).run(5), fx.Interpreter(m).run(5, enable_io_processing=False))


def scenario_on_generate_code():
    g, *_ = build()
    calls = []

    def make(current):
        calls.append(current)
        return lambda body: ["# changed\n", *(line for line in body if "COUNTER" not in line)]

    with g.on_generate_code(make):
        print(g.python_code("self").src)
    print(g.python_code("self").src)
    print(calls)


def scenario_hooks_of_the_owner():
    g, x, y, a, b, c = build()
    m = fx.GraphModule({}, g)
    log = []
    m._create_node_hooks.append(lambda n: log.append(("create", n.name)))
    m._erase_node_hooks.append(lambda n: log.append(("erase", n.name)))
    with g.inserting_after(a):
        d = g.call_function(len, (a,))
    with m._set_replace_hook(lambda old, new, user: log.append(("replace", old.name, new, user.name))):
        a.replace_all_uses_with(y, lambda u: u is d)
        d.replace_input_with(y, x)
        x.name = "xx"
    g.erase_node(d)
    print(log)


def scenario_owning_module():
    g, *_ = build()
    print(g.owning_module)
    m = fx.GraphModule({}, g)
    print(g.owning_module is m)
    attempt(lambda: g.call_module("nowhere"))
    attempt(lambda: g.get_attr("nowhere.at.all"))
    attempt(lambda: g.get_attr("training"))
    m.sub = Module()
    attempt(lambda: g.get_attr("sub"))
    attempt(lambda: g.call_module("sub"))
