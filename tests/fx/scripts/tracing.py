# type: ignore  # a script as users write it, for any implementation of fx; checked by what it prints
# ruff: noqa

import dataclasses
import enum
import math
import operator
from collections import OrderedDict, namedtuple
from math import sqrt

from fx_subject import Module, attempt, fx

fx.wrap("len")


def helper(a, b=2):
    return [a, b]


fx.wrap(helper)


@fx.wrap
def decorated(a):
    return a * 2


def plain(a):
    return a + 1


Point = namedtuple("Point", "x y")


class Colour(enum.Enum):
    RED = 1


@dataclasses.dataclass
class Data:
    a: object
    b: int = 3


def scenario_operators():
    def f(x, y):
        a = x + y - 1 * x // y / 2 % x**y
        b = (x << 1) >> y & x | y ^ x
        c = -a + +b - ~a + abs(b)
        d = x @ y
        e = (x < y, x > y, x <= y, x >= y, x == y, x != y)
        h = 1 + x, 2 - x, 3 * x, 4 // x, 5 / x, 6 % x, 7**x, 8 << x, 9 >> x, 10 & x, 11 | x, 12 ^ x, 13 @ x
        x += 1
        y[2]
        return a, b, c, d, e, h, x, y[0], y[1:2], y[x, ..., None], pow(x, 2), divide(x)

    def divide(v):
        return v / v

    gm = fx.symbolic_trace(f)
    print(gm.graph)
    print(gm.code)


def scenario_methods_and_attributes():
    def f(x):
        a = x.size(0, dim=1)
        b = x.shape
        c = x.shape[0]
        d = x.a.b.c
        e = x.a.method(b)
        x.unused
        return a, b, c, d, e, x(1, k=2), x.keys(), getattr(x, "attr"), x.T.T

    gm = fx.symbolic_trace(f)
    print(gm.graph, gm.code)


def scenario_control_flow_errors():
    def body(text):
        functions = {
            "if": lambda x: 1 if x else 2,
            "if comparison": lambda x: 1 if x > 0 else 2,
            "and": lambda x: x and 1,
            "not": lambda x: not x,
            "for": lambda x: [i for i in x],
            "star": lambda x: max(*x),
            "double star": lambda x: dict(**x),
            "list": lambda x: list(x),
            "in": lambda x: 1 in x,
            "range": lambda x: range(x),
            "int": lambda x: int(x),
            "float": lambda x: float(x),
            "index": lambda x: [1, 2][x],
            "with": with_statement,
            "del item": del_item,
            "set item": set_item,
            "assert": assertion,
            "zip": lambda x: list(zip(x, x)),
            "reversed": lambda x: reversed(x),
            "round": lambda x: round(x),
            "divmod": lambda x: divmod(x, 2),
            "complex": lambda x: complex(x),
            "isinstance": lambda x: isinstance(x, int),
            "str": lambda x: str(x),
            "repr": lambda x: repr([x]),
            "format": lambda x: f"{x}",
            "hash": lambda x: x if hash(x) == hash(x) else 0,
            "while": while_loop,
            "chained": lambda x: 0 < x < 3,
            "min": lambda x: min(x, 1),
            "sum": lambda x: sum(x),
            "any": lambda x: any([x]),
            "join": lambda x: ",".join(x),
            "next": lambda x: next(x),
            "ternary": lambda x: x if x == 1 else 0,
            "iter": lambda x: iter(x),
            "enumerate": lambda x: list(enumerate(x)),
            "sorted": lambda x: sorted([x, x]),
            "set": lambda x: {x},
        }
        return functions[text]

    def with_statement(x):
        with x:
            return 1

    def del_item(x):
        del x[0]

    def set_item(x):
        x[0] = 1
        return x

    def assertion(x):
        assert x
        return x

    def while_loop(x):
        while x:
            x = x + 1
        return x

    for text in (
        "if|if comparison|and|not|for|star|double star|list|in|range|int|float|index|with|del item|set item|assert|zip|"
        "reversed|round|divmod|complex|isinstance|str|repr|format|hash|while|chained|min|sum|any|join|next|ternary|"
        "iter|enumerate|sorted"
    ).split("|"):
        print(text, end=": ")
        attempt(lambda: fx.symbolic_trace(body(text)).graph)


def scenario_trace_error_is_a_value_error():
    try:
        fx.symbolic_trace(lambda x: 1 if x else 2)
    except fx.proxy.TraceError as e:
        print(type(e).__name__, isinstance(e, ValueError))


def scenario_unpacking():
    def f(x):
        a, b, c = x
        (d, e), g = b
        return a + c, d, e, g

    print(fx.symbolic_trace(f).graph)

    def g(x):
        a, *b = x
        return a

    attempt(lambda: fx.symbolic_trace(g))


def scenario_wrapped_functions():
    def f(x, y):
        return len(x), helper(x, b=y), decorated(x), plain(y), helper(1), len([1, 2]), decorated([x, {"k": y}])

    gm = fx.symbolic_trace(f)
    print(gm.graph)
    print(gm.code)
    print(gm([1, 2], 5))
    print([n.meta.get("is_wrapped") for n in gm.graph.nodes])
    print(len([1]), helper(1), decorated(2))
    again = fx.symbolic_trace(gm)
    print(again.graph)
    print(again.code == gm.code)


def scenario_wrap_errors():
    attempt(lambda: fx.wrap(3))

    def inner():
        fx.wrap("len")

    attempt(inner)
    attempt(lambda: fx.wrap("len"))


def scenario_autowrapped_math():
    def f(x):
        return math.sqrt(x) + sqrt(x) + math.floor(2.5) + math.pi

    gm = fx.symbolic_trace(f)
    print(gm.graph, gm.code)
    print(gm(4.0), math.sqrt(4.0), sqrt(9.0))

    class Own(fx.Tracer):
        def __init__(self):
            super().__init__(autowrap_functions=(plain,))

    def g(x):
        return plain(x)

    graph = Own().trace(g)
    print(graph)
    print(fx.symbolic_trace(g).graph)


def scenario_len_unless_wrapped():
    attempt(lambda: fx.Proxy(fx.Graph().placeholder("x")).__len__())


def scenario_arguments_of_many_classes():
    def f(x):
        return decorated((x, [1, "s", 2.5, True, None, ..., 1j], {"k": x, 3: 4}, slice(x, 1), range(3), Colour.RED))

    gm = fx.symbolic_trace(f)
    print(gm.graph)
    print(gm.code)

    def g(x):
        return decorated(Point(x, 1)), Data(x), OrderedDict(a=x)

    gm = fx.symbolic_trace(g)
    print(gm.graph)
    print([type(v).__name__ for v in gm(1)])
    for value in (b"bytes", {1, 2}, object, plain, len, frozenset(), iter([])):
        attempt(lambda: fx.symbolic_trace(lambda x: x.method(value)).graph)
    attempt(lambda: fx.symbolic_trace(lambda x: decorated({x: 1})))
    attempt(lambda: fx.symbolic_trace(lambda x: decorated({(1, x): 1})))


def scenario_results_of_many_classes():
    for value in (None, 1, "text", [1, (2, {"k": 3})], (), {}):
        gm = fx.symbolic_trace(lambda x: value)
        print(gm.graph, gm.code, gm(1))
    attempt(lambda: fx.symbolic_trace(lambda x: object()))


def scenario_defaults_and_starred_parameters():
    def f(x, y=2, *args, w=3, **kw):
        return x + y * w, args, kw, args[0], kw["k"]

    gm = fx.symbolic_trace(f)
    print(gm.graph, gm.code)
    print(gm(1, 2, 4, "a", k="b"))
    print(fx.symbolic_trace(gm).graph)

    def g(a, *, b, c=None):
        return a, b, c

    gm = fx.symbolic_trace(g)
    print(gm.graph, gm.code, gm(1, 2), gm(1, b=3, c=4))

    def h(x, y=1, *, z):
        return x

    try:
        fx.symbolic_trace(h)
    except SyntaxError as e:
        print(e.msg)

    def k(*, z):
        return z

    print(fx.symbolic_trace(k).graph)


def scenario_annotations():
    def f(x: int, y: "str" = "s", *args: float) -> list[int]:
        return [x]

    gm = fx.symbolic_trace(f)
    print(gm.graph, [n.type for n in gm.graph.nodes])

    def g(x: int, y: list[int] = None) -> tuple[int, ...]:
        return (x,)

    gm = fx.symbolic_trace(g)
    print(gm.graph, [n.type for n in gm.graph.nodes])
    print(gm.code)
    print(fx.symbolic_trace(gm).graph)


def scenario_concrete_args():
    def f(x, y):
        return x + y if y else x

    for value in (3, 0, None, True, "s"):
        gm = fx.symbolic_trace(f, concrete_args={"y": value})
        print(gm.graph, gm.code)
    attempt(lambda: fx.symbolic_trace(f, concrete_args={"y": 3})(1, 4))
    attempt(lambda: fx.symbolic_trace(f, concrete_args={"y": 3})(1, 3))
    attempt(lambda: fx.symbolic_trace(f, concrete_args={"y": None})(1, 3))
    attempt(lambda: fx.symbolic_trace(f, concrete_args=(1,)))
    attempt(lambda: fx.symbolic_trace(f, concrete_args=(fx.PH, 1)).graph)
    attempt(lambda: fx.symbolic_trace(f, concrete_args={"y": object}).graph)
    attempt(lambda: fx.symbolic_trace(f, concrete_args={}).graph)


def scenario_nested_concrete_args():
    def f(x):
        return x["a"] + x["b"][0], {"r": x["a"]}

    gm = fx.symbolic_trace(f, concrete_args={"x": {"a": fx.PH, "b": [fx.PH, fx.PH]}})
    print(gm.graph, gm.code)
    print(gm({"a": 1, "b": [2, 3]}), fx.Interpreter(gm).run({"a": 1, "b": [2, 3]}))

    def g(x, y):
        return x[0] + y, x[1]

    gm = fx.symbolic_trace(g, concrete_args={"x": (fx.PH, 7)})
    print(gm.graph, gm.code, gm((1, 7), 2))
    attempt(lambda: gm((1, 8), 2))

    def h(x):
        return x.a + x.b[1]

    gm = fx.symbolic_trace(h, concrete_args={"x": Point(fx.PH, 1)}) if False else None
    print(gm, repr(fx.PH))
