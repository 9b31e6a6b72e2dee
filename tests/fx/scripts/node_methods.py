# type: ignore  # a script as users write it, for any implementation of fx; checked by what it prints
# ruff: noqa

import copy
import operator
import pickle

from fx_subject import Module, attempt, fx


def chain(n=4):
    g = fx.Graph()
    x = g.placeholder("x")
    y = x
    for i in range(n):
        y = g.call_function(operator.add, (y, i))
    g.output(y)
    return g


def scenario_node_methods():
    g = chain()
    nodes = list(g.nodes)
    x, a, b, c, d, out = nodes
    print(a.next, a.prev, x.prev.op, out.next.op)
    print(a < b, b < a, a <= a, sorted([c, a, b]), max(a, b))
    print(repr(a), str(a), a.name, a.format_node(), x.format_node(), out.format_node())
    b.prepend(d) if False else attempt(lambda: b.prepend(b))
    c.append(g.create_node("call_function", operator.neg, (c,)))
    print([n.name for n in g.nodes])
    attempt(lambda: a.replace_all_uses_with(c, propagate_meta=True))
    print(g)
    a.meta["v"] = 1
    attempt(lambda: b.replace_all_uses_with(a, delete_user_cb=lambda u: u.op == "output"))
    print(g)
    print(a.is_impure(), out.is_impure(), x.is_impure())
    attempt(lambda: a.insert_arg(0, x))
    attempt(lambda: a.insert_arg(9, x))
    attempt(lambda: a.insert_arg(-1, x))
    print(a.args)
    a.update_arg(0, 5)
    a.update_kwarg("alpha", b)
    print(a.args, a.kwargs, a.all_input_nodes, list(b.users))
    attempt(lambda: a.update_arg(17, 5))
    attempt(lambda: setattr(a, "args", [1]))
    attempt(lambda: setattr(a, "kwargs", [1]))
    attempt(lambda: a.args.append(1))
    attempt(lambda: setattr(a, "name", "renamed") or print(a.name, a))
    attempt(lambda: setattr(a, "users", {}) or a.users)
    print(a.stack_trace)
    a.stack_trace = "here"
    print(a.stack_trace, a.meta)
    attempt(lambda: hash(a) == hash(a))
    print(a == a, a == b, a in {a: 1}, a is copy.copy(a))


def scenario_collections():
    g = fx.Graph()
    x = g.placeholder("x")
    n = g.call_function(print, ([x, {"k": (x, slice(x, None, 2))}], range(3), ...), {"z": {"deep": [x]}})
    print(n.args, n.kwargs, type(n.args[0]).__name__, type(n.kwargs["z"]).__name__)
    print(type(n.args[0][1]).__name__, type(n.args[0][1]["k"][1]).__name__)
    for act in (
        lambda: n.args[0].append(1), lambda: n.args[0].__setitem__(0, 1), lambda: n.args[0].clear(),
        lambda: n.kwargs.update(a=1), lambda: n.kwargs.pop("z"), lambda: n.kwargs["z"].setdefault("q", 1),
        lambda: n.args[0] + [1], lambda: n.args[0] * 2, lambda: n.kwargs | {"a": 1}, lambda: n.args[0].sort(),
        lambda: hash(n.args[0]), lambda: copy.copy(n.args[0]), lambda: n.args[0].copy(),
        lambda: type(n.kwargs["z"].copy()), lambda: type(n.args[0][0:1]), lambda: n.args[0] == [x, {"k": (x, slice(x, None, 2))}],
        lambda: list(reversed(n.args[0])), lambda: n.args[0].index(x), lambda: n.args[0].count(x),
    ):  # fmt: skip
        attempt(act)
    print(list(x.users), n.all_input_nodes)
    attempt(lambda: g.call_function(print, ({x: 1},)))
    attempt(lambda: g.call_function(print, ({"a": {1, 2}},)).args)
    attempt(lambda: g.call_function(print, ({1: x},)).args)


def scenario_map_arg_and_aggregate():
    g = fx.Graph()
    x, y = g.placeholder("x"), g.placeholder("y")
    seen = []
    r = fx.map_arg((x, [y, 1, "s"], {"a": x, "b": slice(y, 2, None)}, None), lambda n: seen.append(n) or n.name)
    print(r, [type(part).__name__ for part in (r, r[1], r[2])], seen)
    attempt(lambda: fx.map_arg(x, "notcallable"))
    from collections import OrderedDict, namedtuple

    P = namedtuple("P", "a b")
    print(fx.map_arg(P(x, 2), lambda n: 9), type(fx.map_arg(P(x, 2), lambda n: 9)).__name__)
    print(fx.node.map_aggregate([1, (2, {"a": 3})], lambda v: v * 2))
    print(fx.map_arg(OrderedDict(z=x, a=1), lambda n: 0))
    print(fx.map_arg(3, lambda n: 0), fx.map_arg("x", lambda n: 0), fx.map_arg(range(2), lambda n: 0))


def scenario_graph_edits():
    g = chain(3)
    x, a, b, c, out = g.nodes
    attempt(lambda: g.erase_node(a))
    with g.inserting_after(x):
        first = g.call_function(operator.mul, (x, 10))
        second = g.call_function(operator.mul, (x, 20))
    print([n.name for n in g.nodes])
    with g.inserting_before(out):
        late = (
            g.call_method("foo", (c,), name="late") if False else g.create_node("call_method", "foo", (c,), name="late")
        )
    b.replace_input_with(a, first)
    print(g)
    g.lint()
    print(g.eliminate_dead_code(), [n.name for n in g.nodes])
    attempt(lambda: g.eliminate_dead_code(is_impure_node=lambda n: n.name == "late"))
    print([n.name for n in g.nodes], len(g.nodes), out in g.nodes, first.users)
    attempt(lambda: g.erase_node(out))
    attempt(lambda: g.erase_node(out))
    g.lint()
    print(g.output_node() if hasattr(g, "output_node") and False else "")
    attempt(lambda: g.output_node())
    g.output((b, first))
    attempt(lambda: g.output(first) and g.lint())
    print(g)
    print(g.python_code("self").src)
    attempt(lambda: fx.GraphModule({}, g)(5))


def scenario_lint():
    g = fx.Graph()
    x = g.placeholder("x")
    y = g.call_function(operator.neg, (x,))
    z = g.call_function(operator.neg, (y,))
    y.prepend(z)
    attempt(lambda: g.lint())
    h = fx.Graph()
    h.call_function(operator.neg, (x,))
    attempt(lambda: h.lint())
    k = fx.Graph()
    k.get_attr("missing.thing")
    k.call_module("nope")
    k.owning_module = None
    attempt(lambda: k.lint())
    gm = attempt(lambda: fx.GraphModule(Module(), k))
    gm = None
    try:
        gm = fx.GraphModule(Module(), copy.deepcopy(k))
    except Exception as e:
        print(type(e).__name__, e)
    if gm is not None:
        attempt(lambda: gm.graph.lint())
        attempt(lambda: gm())


def scenario_printing():
    g = fx.Graph()
    x = g.placeholder("x", type_expr=int)
    d = g.placeholder("d", default_value=[1, "a"])
    s = g.placeholder("*rest")
    k = g.placeholder("**kw")
    w = g.get_attr("w")
    f = g.call_function(len, (x,), type_expr=int)
    m = g.call_method("m", (f, 1.5, True, None), {"a": "b", "c": float("inf")})
    q = g.call_module("q", (m,), {"k": [m, (m,)]})
    g.output({"r": q, "l": [f, (m, None)]})
    print(g)
    for n in g.nodes:
        print(repr(n), n.format_node(), n.type, n.target)
        print(n.format_node(placeholder_names=(names := []), maybe_return_typename=(ret := [""])), names, ret)
    print(g.python_code("self").src)
    print(sorted(g.python_code("self").globals))
    attempt(lambda: g.print_tabular())


def scenario_many_outputs_and_nothing():
    for r in (None, (), [], {}, 1, "s", (1, [2, {"a": None}]), ..., slice(1), range(2), 1.5, float("nan"), True, b"x"):
        g = fx.Graph()
        g.placeholder("x")
        g.output(r)
        gm = fx.GraphModule({}, g)
        print(repr(r))
        attempt(lambda: gm(1))
        attempt(lambda: fx.Interpreter(gm).run(1))
        print(gm.code)


def scenario_deep_copies_share_nothing():
    g = chain()
    list(g.nodes)[1].meta["list"] = [1]
    h = copy.deepcopy(g)
    list(h.nodes)[1].meta["list"].append(2)
    print(list(g.nodes)[1].meta, list(h.nodes)[1].meta)
    e = fx.Graph()
    val_map = {}
    out = e.graph_copy(g, val_map)
    print(out, {k.name: v.name for k, v in val_map.items()}, [n.name for n in e.nodes])
    out = e.graph_copy(g, val_map={}, return_output_node=True)
    print(out, [n.name for n in e.nodes])
    n = pickle.loads(pickle.dumps(g))
    print(n, [a.meta for a in n.nodes])


def scenario_names():
    g = fx.Graph()
    for name in (
        "x",
        "x",
        "X",
        "x_1",
        "x_1",
        "1abc",
        "a.b",
        "for",
        "None",
        "self",
        "a b",
        "é",
        "_",
        "__",
        "x_10",
        "x_9",
        "torch",
        "int",
        "max",
        "",
    ):
        attempt(lambda: g.placeholder(name).name)
    for f in (
        operator.add,
        operator.add,
        len,
        print,
        abs,
        operator.getitem,
        int,
        lambda q: q,
    ):
        attempt(lambda: g.call_function(f, ()).name)
    for m in ("foo", "Foo", "__add__", "a.b.c", "0.weight", "layers.0.fc"):
        attempt(lambda: g.create_node("call_module", m).name)
        attempt(lambda: g.create_node("call_method", m).name)
        attempt(lambda: g.create_node("get_attr", m).name)
    print(g)
