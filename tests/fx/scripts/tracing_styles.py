# type: ignore  # a script as users write it, for any implementation of fx; checked by what it prints
# ruff: noqa

import builtins
import functools
import math
import operator

from fx_subject import Module, attempt, fx


def message(action):
    try:
        print(action())
    except Exception as error:
        print(type(error).__name__, getattr(error, "msg", error))


def scenario_operators_of_a_proxy():
    def f(x, y):
        r = [
            x + y, x - y, x * y, x / y, x // y, x % y, x**y, x << y, x >> y, x & y, x | y, x ^ y,
            1 + x, 1 - x, 2 * x, 2 / x, 2 // x, 2 % x, 2**x, 2 << x, 2 >> x, 2 & x, 2 | x, 2 ^ x,
            -x, +x, ~x, abs(x), x < y, x <= y, x == y, x != y, x > y, x >= y, 1 < x, 1 == x,
            x @ y, divmod(x, y) if False else x, x[0], x[1:2], x[..., None], x.attr, x.method(y, k=1),
            round(x) if False else x, x.a.b.c, x.a.b(1).c[2],
        ]  # fmt: skip
        return tuple(r)

    gm = fx.symbolic_trace(f)
    print(gm.graph)
    print(gm.code)


def scenario_things_a_proxy_refuses():
    cases = {
        "bool": lambda x: 1 if x else 2,
        "int": lambda x: int(x),
        "float": lambda x: float(x),
        "index": lambda x: [1, 2, 3][x],
        "range": lambda x: list(range(x)),
        "len": lambda x: len(x),
        "iter": lambda x: [a for a in x],
        "in": lambda x: 1 in x,
        "unpack": lambda x: (lambda a, b: a)(*x),
        "starkw": lambda x: dict(**x),
        "str": lambda x: str(x),
        "format": lambda x: f"{x}",
        "hash": lambda x: {x: 1},
        "and": lambda x: x and 1,
        "not": lambda x: not x,
        "chained": lambda x: 0 < x < 3,
        "math": lambda x: math.sqrt(x),
        "isinstance": lambda x: isinstance(x, int),
        "max": lambda x: max(x, 1),
        "sum": lambda x: sum([x, x]),
        "sorted": lambda x: sorted([x, 1]),
        "assert": lambda x: exec("assert x > 0", {"x": x}),
        "setattr": lambda x: setattr(x, "a", 1),
        "setitem": lambda x: operator.setitem(x, 0, 1),
        "setitem2": lambda x: exec("x[0] = 1", {"x": x}),
        "delitem": lambda x: exec("del x[0]", {"x": x}),
        "iadd": lambda x: operator.iadd(x, 1),
        "divmod": lambda x: divmod(x, 2),
        "round": lambda x: round(x),
        "reversed": lambda x: reversed(x),
        "call": lambda x: x(1),
        "contains": lambda x: operator.contains(x, 1),
        "copy": lambda x: __import__("copy").copy(x),
        "repr": lambda x: repr(x),
        "with": lambda x: exec("with x: pass", {"x": x}),
        "matmul": lambda x: 2 @ x,
        "trunc": lambda x: math.trunc(x),
        "complex": lambda x: complex(x),
    }
    for name, f in cases.items():
        print(name, end=": ")
        attempt(lambda: str(fx.symbolic_trace(f).graph))


def scenario_augmented():
    def f(x, y):
        x += y
        x -= 1
        x *= y
        x /= 2
        x //= 3
        x %= 5
        x **= 2
        x <<= 1
        x |= y
        x[0] = y
        return x

    attempt(lambda: fx.symbolic_trace(f).code)

    def g(x, y):
        x += y
        x -= 1
        x *= y
        x //= 3
        return x

    gm = fx.symbolic_trace(g)
    print(gm.graph)
    print(gm(7, 3), g(7, 3))


def scenario_signatures():
    def f(a, b=2, /, c=3, *rest, d, e=5, **more):
        return a + b + c + d + e

    message(lambda: fx.symbolic_trace(f).code)

    def g(a, b: int = 2, *, c: float = 3.0, d: "str" = "x") -> int:
        return a + b

    gm = fx.symbolic_trace(g)
    print(gm.code, gm.graph)
    print(gm(1), gm(1, 2, c=1), gm(a=1, b=5))
    attempt(lambda: gm())
    attempt(lambda: gm(1, 2, 3))
    attempt(lambda: gm(1, z=2))
    attempt(lambda: gm(1, a=2))

    def h(*args):
        return args[0] + args[1]

    gm = fx.symbolic_trace(h)
    print(gm.code, gm(1, 2))

    def k(**kwargs):
        return kwargs["a"]

    gm = fx.symbolic_trace(k)
    print(gm.code, gm(a=2))
    attempt(lambda: fx.symbolic_trace(lambda x, y=[1, {"a": (2, None)}]: x).code)
    attempt(lambda: fx.symbolic_trace(lambda x, y=object: x).code)
    attempt(lambda: fx.symbolic_trace(functools.partial(lambda x, y: x + y, y=2)).code)
    attempt(lambda: fx.symbolic_trace(operator.add).code)
    attempt(lambda: fx.symbolic_trace(print).code)
    attempt(lambda: fx.symbolic_trace(3))
    attempt(lambda: fx.symbolic_trace(None))

    class C:
        def __call__(self, x):
            return x + 1

        def method(self, x):
            return x + 2

    attempt(lambda: fx.symbolic_trace(C()).code)
    attempt(lambda: fx.symbolic_trace(C().method).code)
    attempt(lambda: fx.symbolic_trace(C.method).code)


def scenario_concrete_arguments():
    def f(x, flag, n=3, *, mode="a"):
        if flag:
            for _ in range(n):
                x = x + 1
        if mode == "b":
            x = x * 2
        return x

    for concrete in (
        {"flag": True},
        {"flag": False},
        {"flag": True, "n": 2},
        {"flag": True, "n": 1, "mode": "b"},
        {"flag": None, "n": 1},
        {"flag": True, "n": 2.5},
        {"nothing": 1, "flag": True, "n": 1},
        {"flag": "text", "n": 1},
        {"flag": [1], "n": 0},
        {"flag": (True, 2), "n": 0, "mode": "b"},
        {"x": 5, "flag": True, "n": 1},
    ):
        print(concrete)
        message(lambda: fx.symbolic_trace(f, concrete_args=concrete).code)
        message(lambda: str(fx.symbolic_trace(f, concrete_args=concrete).graph))
    gm = fx.symbolic_trace(f, concrete_args={"flag": True, "n": 2, "mode": "a"})
    attempt(lambda: gm(1))
    attempt(lambda: gm(1, True, 2, mode="a"))
    attempt(lambda: gm(1, False, 2))
    attempt(lambda: gm(1, True, 7))


def scenario_nested_concrete():
    def f(x, y):
        return x["a"] + x["b"][0] + y[1], [x["b"][1]]

    concrete = {"x": {"a": fx.PH, "b": [fx.PH, 3]}, "y": (fx.PH, fx.PH)}
    gm = fx.symbolic_trace(f, concrete_args=concrete)
    print(gm.code)
    print(gm.graph)
    print(gm({"a": 1, "b": [2, 3]}, (4, 5)))
    attempt(lambda: gm({"a": 1, "b": [2, 4]}, (4, 5)))
    attempt(lambda: gm({"a": 1}, (4, 5)))
    print(fx.Interpreter(gm).run({"a": 1, "b": [2, 3]}, (4, 5)))
    attempt(lambda: fx.Interpreter(gm).run(1, 2, 3, 4, enable_io_processing=False))
    m = fx.Transformer(gm).transform()
    print(m.code)
    attempt(lambda: m({"a": 1, "b": [2, 3]}, (4, 5)))


class Counter(Module):
    def __init__(self):
        super().__init__()
        self.calls = 0
        self.items = [1, 2]
        self.table = {"a": 1}

    def forward(self, x):
        self.calls = self.calls + 1
        return x + self.items[0] + self.table["a"] + self.calls


def scenario_python_state_while_tracing():
    m = Counter()
    gm = fx.symbolic_trace(m)
    print(m.calls, gm(1), m.calls, gm(1), m.calls)
    print(gm.code)
    print(hasattr(gm, "calls"), hasattr(gm, "items"))


def deco(f):
    @functools.wraps(f)
    def inner(*a, **k):
        return f(*a, **k) + 1

    return inner


@fx.wrap
def helper(x, n=2):
    return x * n


@deco
def decorated(x):
    return helper(x) + helper(x, n=5)


def scenario_wraps():
    gm = fx.symbolic_trace(decorated)
    print(gm.code, gm(3))
    print([(n.name, n.target) if isinstance(n.target, str) else (n.name, n.target.__name__) for n in gm.graph.nodes])
    print(helper(2))
    attempt(lambda: fx.wrap(3))
    attempt(lambda: fx.wrap(lambda x: x))

    def local(x):
        return x

    attempt(lambda: fx.wrap(local))
    attempt(lambda: fx.wrap("no_such_name_here") and "ok")


class Custom(fx.Tracer):
    def __init__(self):
        super().__init__()
        self.log = []

    def create_arg(self, a):
        if isinstance(a, complex):
            return self.create_node("call_function", complex, (a.real, a.imag), {})
        if isinstance(a, set):
            return tuple(self.create_arg(i) for i in sorted(a))
        return super().create_arg(a)

    def create_node(self, kind, target, args, kwargs, name=None, type_expr=None):
        self.log.append(kind)
        return super().create_node(kind, target, args, kwargs, name, type_expr)

    def to_bool(self, obj):
        return True

    def keys(self, obj):
        return ["a", "b"]

    def iter(self, obj):
        return iter([obj[0], obj[1]])


def scenario_custom_tracer():
    t = Custom()

    def f(x, y):
        if x > y:
            a, b = x
            return a + b + (1 + 2j), dict(**y), helper(x, n={3, 1})
        return 0

    g = t.trace(f)
    print(g, t.log)
    attempt(lambda: fx.GraphModule(t.root, g).code)
    print(g._tracer_cls.__name__)


def scenario_module_stack():
    class Inner(Module):
        def forward(self, x):
            return x.relu()

    class Outer(Module):
        def __init__(self):
            super().__init__()
            self.a = Inner()
            self.b = self.a

        def forward(self, x):
            return self.b(self.a(x)) + self.a(x)

    m = Outer()
    gm = fx.symbolic_trace(m)
    print(gm.code)
    for n in gm.graph.nodes:
        stack = n.meta.get("nn_module_stack")
        print(n.name, sorted(n.meta), None if stack is None else [(k, v[0], v[1].__name__) for k, v in stack.items()])
