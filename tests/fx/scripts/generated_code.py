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


def scenario_code():
    def helper(v, w=None):
        return v

    helper.__module__ = "some.module"
    g = fx.Graph()
    x = g.placeholder("x", type_expr=int)
    s = g.placeholder("self")
    b = g.placeholder("in", default_value="text")
    n = g.call_function(helper, (x, [b, (x,), {"k": x}]), {"w": slice(x, None)})
    o = g.call_function(math.sin, (x,), type_expr=float)
    p = g.call_function(getattr, (n, "attr"))
    q = g.call_function(getattr, (n, "not identifier"))
    r = g.call_function(getattr, (n, "attr", 3))
    t = g.call_method("meth", (n, x), {"k": o})
    u = g.call_module("a.0.b", (t,))
    v = g.create_node("get_attr", "a.0.w")
    w = g.call_function(operator.getitem, (x, (0, slice(1, 2), ...)))
    k = g.call_function(operator.invert, (x,))
    c = g.call_function(operator.contains, (x, 1))
    d = g.call_function(print, (1.5, "q", None, True, 2j))
    g.output({"p": p, "q": [q, r, u, v], "w": w, "k": (k, c, d, s)}, type_expr=dict[str, list[int]])
    print(g.python_code("self").src)
    print(g.python_code("module").src)
    code = g.python_code("self")
    print(sorted(name for name in code.globals if name not in ("torch", "device", "fx_pytree", "pytree")))
    print(code._prologue_start, code._lineno_map)


def scenario_code_of_types():
    import typing

    g = fx.Graph()
    types = [
        typing.List[int],
        typing.Dict[str, typing.Tuple[int, ...]],
        typing.Optional[int],
        int | None,
        list,
        tuple[()],
        typing.Any,
        "forward.ref",
        typing.Union[int, str],
        typing.List,
        None,
        (),
    ]
    for i, t in enumerate(types):
        g.placeholder(f"p{i}", type_expr=t)
    g.output(1, type_expr=typing.Tuple[int, str])
    attempt(lambda: g.python_code("self").src)
    attempt(lambda: g)


def scenario_code_frees_values():
    g = fx.Graph()
    x = g.placeholder("x")
    a = g.call_function(abs, (x,))
    b = g.call_function(abs, (a,))
    g.call_function(print, (a,))
    c = g.call_function(max, (b, x))
    g.output((c, c))
    print(g.python_code("self").src)


def scenario_print_readable():
    inner = fx.Graph()
    x = inner.placeholder("x")
    inner.output(inner.call_function(abs, (x,)))
    sub = fx.GraphModule({}, inner, "Inner")
    g = fx.Graph()
    x = g.placeholder("x")
    a = g.call_function(operator.add, (x, 1))
    a.stack_trace = '  File "m.py", line 7, in forward\n    return x + 1\n'
    a2 = g.call_function(operator.add, (a, 1))
    a2.stack_trace = a.stack_trace
    s = g.call_module("sub", (a2,))
    s.meta["custom"] = {"note": "short", "long": "x" * 60}
    s.meta["shown"] = 3
    g.output(s)
    m = fx.GraphModule({"sub": sub}, g, "Outer")
    text = m.print_readable()
    print(text == m.print_readable(print_output=False))
    m.print_readable(expanded_def=True)
    m.print_readable(additional_meta=["shown", "absent"])
    print(repr(m.print_readable(False, colored=True)))
    print(m, m.sub)
