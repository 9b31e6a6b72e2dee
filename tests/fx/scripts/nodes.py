# type: ignore  # a script as users write it, for any implementation of fx; checked by what it prints
# ruff: noqa

import operator
import weakref

from fx_subject import Module, attempt, fx


def build():
    g = fx.Graph()
    x = g.placeholder("x")
    y = g.placeholder("y")
    a = g.call_function(operator.add, (x, y), {"k": x})
    b = g.call_function(operator.add, (a, x))
    c = g.call_function(operator.mul, (y, a))
    return g, x, y, a, b, c


def show(*nodes):
    for n in nodes:
        print(n.name, n.args, dict(n.kwargs), "inputs", n.all_input_nodes, "users", list(n.users))


def scenario_users_and_inputs_in_order():
    g, x, y, a, b, c = build()
    show(x, y, a, b, c)
    a.replace_input_with(y, x)
    show(x, y, a)
    a.args = (y, y)
    show(x, y, a)
    b.update_arg(1, y)
    show(x, y, b)
    a.kwargs = {}
    show(x, a)


def scenario_replace_all_uses_with():
    g, x, y, a, b, c = build()
    print(a.replace_all_uses_with(x), b.args, c.args, list(a.users))
    show(x, y)
    g, x, y, a, b, c = build()
    print(x.replace_all_uses_with(y, lambda user: user is b), a.args, b.args)
    a.meta["u"] = 1
    attempt(lambda: a.replace_all_uses_with(b, propagate_meta=True))
    print(b.meta, b.args)
    attempt(lambda: a.replace_all_uses_with(b, propagate_meta=True))
    attempt(lambda: a.replace_all_uses_with(x, None, True))


def scenario_arguments():
    g, x, y, a, b, c = build()
    attempt(lambda: b.update_arg(9, 1))
    attempt(lambda: b.update_kwarg("q", {"z": c}))
    print(b.kwargs, type(b.kwargs).__name__, type(b.kwargs["q"]).__name__)
    attempt(lambda: b.insert_arg(5, 1))
    attempt(lambda: b.insert_arg(-1, 1))
    b.insert_arg(1, [c, c])
    show(b, c)
    b.insert_arg(0, 4)
    b.insert_arg(len(b.args), y)
    show(b, y)
    b.update_arg(0, x)
    b.update_arg(-1, None)
    show(b, x, y)
    b.args = ()
    b.kwargs = {}
    show(b, x, y, c, a)


def scenario_argument_containers():
    g = fx.Graph()
    x = g.placeholder("x")
    n = g.call_function(len, ([x, [1]], {"a": {"b": (x, slice(x, 1))}}, range(3), (), [], {}, ...), {"d": [x]})
    print(n.args, n.kwargs)
    print([type(a).__name__ for a in n.args], type(n.kwargs).__name__, type(n.args[0][1]).__name__)
    attempt(lambda: n.args[0].append(1))
    attempt(lambda: n.args[0].__setitem__(0, 1))
    attempt(lambda: n.args[0].sort())
    attempt(lambda: n.args[1].update({}))
    attempt(lambda: n.args[1].pop("a"))
    attempt(lambda: n.kwargs.__setitem__("d", 1))
    attempt(lambda: n.kwargs.setdefault("d", 1))
    attempt(lambda: n.args[0] + [5])
    attempt(lambda: type(n.args[0] + [5]).__name__)
    attempt(lambda: n.args[1] | {"z": 1})
    attempt(lambda: type(n.args[1] | {"z": 1}).__name__)
    attempt(lambda: n.args[0][:1])
    attempt(lambda: (n.args[0] == [x, [1]], n.kwargs == {"d": [x]}))

    def plus():
        items = n.args[0]
        items += [1]

    attempt(plus)

    def delete():
        del n.args[1]["a"]

    attempt(delete)


def scenario_immutable_collections():
    import copy
    import pickle

    from_list = fx.immutable_collections.immutable_list([1, 2])
    from_dict = fx.immutable_collections.immutable_dict({"a": 1})
    print(from_list, from_dict, hash(from_list) == hash((1, 2)), hash(from_dict) == hash(frozenset({("a", 1)})))
    for make in (copy.copy, copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))):
        for value in (from_list, from_dict):
            again = make(value)
            print(again, type(again) is type(value), again == value)
    for name in ("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"):
        attempt(lambda: getattr(from_list, name)(1))
    for name in ("clear", "pop", "popitem", "setdefault", "update"):
        attempt(lambda: getattr(from_dict, name)(1))
    print(from_list.copy(), type(from_list.copy()).__name__, type(from_dict.copy()).__name__)


def scenario_order():
    g, x, y, a, b, c = build()
    print(x < y, y < x, x <= x, x >= y, a > x, x == x, x != y)
    attempt(lambda: x < 3)
    print(sorted([c, a, x, b]), max([c, a, x]))
    x.append(c)
    print(sorted([c, a, x, b, y]))
    with g.inserting_after(x):
        d = g.call_function(len)
        e = g.call_function(len)
    with g.inserting_before(x):
        f = g.call_function(abs)
    print(sorted([c, a, x, b, y, d, e, f]), list(g.nodes))
    for _ in range(5):
        with g.inserting_after(d):
            d = g.call_function(len)
        with g.inserting_before(e):
            e = g.call_function(abs)
    print(sorted(g.nodes) == list(g.nodes))


def scenario_moving():
    g, x, y, a, b, c = build()
    a.prepend(c)
    print(list(g.nodes), c.next, c.prev)
    c.append(x)
    print(list(g.nodes))
    a.prepend(a)
    print(list(g.nodes), y.prev.op, repr(y.prev.name), c.next.next)
    h = fx.Graph()
    z = h.placeholder("z")
    attempt(lambda: a.prepend(z))
    attempt(lambda: a.append(z))
    print(list(g.nodes)[-1].next.op, len(g.nodes))


def scenario_names_are_unique():
    g = fx.Graph()
    names = (
        "x x x_1 x_1 X None True for len torch device inf nan pytree fx_pytree NoneType a-b __ _ _1 x_0 x_00 x_01 y_5 y "
        "y_5 self fooBar ABCDef 1 x.y *args **kw x_ x__1 add_2 add add print Exception __name__ x_1_2 x_2 9lives"
    ).split()
    for name in [*names, "", "é", "a b", "x"]:
        print(repr(name), g.create_node("placeholder", name), g.create_node("placeholder", name, name=name))
    for name in "__add__ __len__ fooBar toHTML relu_ size __x x__ __".split():
        print(repr(name), g.call_method(name), g.get_attr(name))


def scenario_names_after_erasure():
    g = fx.Graph()
    a = g.call_function(len)
    g.erase_node(a)
    print(g.call_function(len), g.call_function(len, name="len"), g.call_function(len, name="len_1"))
    b = g.call_function(abs)
    b.name = "zork"
    print(b, g.call_function(abs), g.call_function(abs, name="zork"))
    b._rename("abs_1")
    print(b, b.name)
    b._rename("fresh")
    print(b, g)


class Local:
    def method(self):
        return 1


def scenario_targets_in_print():
    import functools
    import math

    g = fx.Graph()
    x = g.placeholder("x")
    for target in (math.sin, len, Local, Local.method, getattr, operator.getitem, isinstance, print, dict, ValueError):
        n = g.call_function(target, (x,))
        attempt(lambda: (n.name, n.format_node()))
    attempt(lambda: g.call_function(functools.partial(len), (x,)))
    n = g.create_node("call_function", functools.partial(len), (x,), name="part")
    attempt(n.format_node)
    g.erase_node(n)
    n = g.call_function(str.upper, (x,))
    attempt(n.format_node)
    g.erase_node(n)
    n = g.call_function(lambda v: v, (x,))
    attempt(lambda: n.name)
    attempt(lambda: n._pretty_print_target("text"))


def scenario_format_node():
    g = fx.Graph()
    x = g.placeholder("x", type_expr=int)
    d = g.placeholder("d", default_value=[1, 2])
    names, returns = [], [""]
    print(x.format_node(), "|", d.format_node())
    print(x.format_node(names), names, x.format_node(["seen"]))
    seen = ["seen"]
    print(x.format_node(seen), d.format_node(seen), seen)
    m = g.call_module("a.b", ((x,), [x, "s"], {"k": x}, 1.5), {"key": None})
    print(m.format_node())
    print(m.format_node(include_tensor_metadata=True))
    o = g.output({"r": m}, type_expr=dict[str, int])
    print(o.format_node(None, returns), returns)

    class Custom:
        def _custom_fx_repr_fn(self):
            return "<custom>"

        def __str__(self):
            return "plain"

    print(g.call_function(len, (Custom(), [Custom()])).format_node())
    x._repr_fn = lambda n: "REPR"
    print(x, m.format_node(), g)


def scenario_meta_and_attributes():
    g, x, y, a, b, c = build()
    print(x.meta, x.stack_trace, a.type)
    x.stack_trace = "trace"
    print(x.meta, x.stack_trace)
    x.my_own = 3
    print(x.my_own)
    attempt(lambda: x.nothing)
    print(hash(x) == hash(x), weakref.ref(x)() is x, x.op, x.target, x.graph is g, isinstance(x, fx.Node))
    print(a._erased, a._input_nodes, a._args, a._kwargs)
    attempt(lambda: fx.Node(g, "n", "call_function", "text", (), {}))
    n = fx.Node(g, "loose", "call_function", len, ([x],), {}, int)
    print(n, n.args, type(n.args[0]).__name__, n.type, list(x.users), n in list(g.nodes))


def scenario_map_arg():
    g, x, y, a, b, c = build()
    print(fx.map_arg((x, [y, 1], {"a": a}, slice(b, None, c), 3), lambda n: n.name))
    attempt(lambda: fx.map_arg((x,), 3))
    attempt(lambda: fx.map_arg(x, lambda n: n.name))
    attempt(lambda: fx.map_arg("text", lambda n: n.name))
    attempt(lambda: fx.map_arg([x, range(2)], lambda n: n.name))
    for value in ([1], {"a": 1}, (1,), [], {}, (), [[]], {"a": []}):
        mapped = fx.map_arg(value, lambda n: n)
        print(mapped, type(mapped).__name__, mapped == value)
    attempt(lambda: fx.map_arg([x], lambda n: 1 // 0))


def scenario_map_aggregate():
    import collections

    Pair = collections.namedtuple("Pair", "a b")
    Plain = type("Plain", (tuple,), {})
    mapped = fx.node.map_aggregate(
        (Pair(1, [2]), Plain((3, 4)), {5: 6}, slice(1, 2), range(3), None, {7}), lambda v: (v, "seen")
    )
    print(mapped[:4], type(mapped[0]).__name__, type(mapped[1]).__name__, type(mapped[2]).__name__)
    print(mapped[4:])
    print(fx.node.map_aggregate([collections.OrderedDict(a=1)], str), fx.node.map_aggregate(1, str))


def scenario_setting_op_and_target():
    g, x, y, a, b, c = build()
    a.target = operator.sub
    b.op = "call_method"
    b.target = "size"
    print(g)
    c.type = int
    print(c.format_node())
    g.lint()


def scenario_module_class_is_usable():
    class Holder(Module):
        def __init__(self):
            super().__init__()
            self.inner = Module()

    print(type(Holder().inner).__name__, [name for name, _ in Holder().named_modules()])


def scenario_replaced_by_a_constant():
    for constant in (5, None, "x"):
        g = fx.Graph()
        a = g.placeholder("a")
        b = g.call_function(operator.neg, (a,))
        c = g.call_function(operator.add, (b, b))
        g.output([c, b])
        print(b.replace_all_uses_with(constant), g, list(b.users), c.args)
    c.replace_input_with(a, 7)
    print(c.args, c.all_input_nodes)
