# type: ignore  # a script as users write it, for any implementation of fx; checked by what it prints
# ruff: noqa

import gc
import operator
import weakref

from fx_subject import Module, attempt, fx


class Box:
    def __init__(self, value):
        self.value = value

    def __add__(self, other):
        return Box(self.value + getattr(other, "value", other))

    def double(self, times=1):
        return Box(self.value * 2**times)

    def __repr__(self):
        return f"Box({self.value})"


class Sub(Module):
    def __init__(self):
        super().__init__()
        self.offset = 10

    def forward(self, x, scale=1):
        return x * scale + self.offset


class Root(Module):
    def __init__(self):
        super().__init__()
        self.sub = Sub()
        self.const = 7


def build():
    g = fx.Graph()
    x = g.placeholder("x")
    y = g.placeholder("y", default_value=4)
    w = g.create_node("get_attr", "const")
    a = g.call_function(operator.add, (x, y))
    m = g.call_module("sub", (a,), {"scale": w})
    b = g.call_method("bit_length", (m,))
    g.output((m, [b, {"w": w}]))
    return fx.GraphModule(Root(), g)


def simple(*functions):
    g = fx.Graph()
    n = g.placeholder("x")
    for f in functions:
        n = g.call_function(f, (n,))
    g.output(n)
    return fx.GraphModule({}, g)


def scenario_run():
    m = build()
    print(fx.Interpreter(m).run(1, 2), fx.Interpreter(m).run(1), m(1, 2), m(1))
    result = fx.Interpreter(m).run(1)
    print(type(result).__name__, type(result[1]).__name__, type(result[1][1]).__name__)
    print(type(m(1)[1]).__name__, type(m(1)[1][1]).__name__)


def scenario_attributes_of_an_interpreter():
    m = build()
    i = fx.Interpreter(m)
    print(
        i.name,
        i.garbage_collect_values,
        i.extra_traceback,
        i.env,
        sorted(i.submodules),
        i.module is m,
        i.graph is m.graph,
    )
    print({u.name: [n.name for n in ns] for u, ns in i.user_to_last_uses.items()})
    j = fx.Interpreter(m, garbage_collect_values=False)
    print(hasattr(j, "user_to_last_uses"), j.garbage_collect_values)
    i.run(1, 2)
    j.run(1, 2)
    print({n.name: v for n, v in i.env.items()})
    print({n.name: v for n, v in j.env.items()})


def scenario_inputs():
    m = build()
    attempt(lambda: fx.Interpreter(m).run())
    attempt(lambda: fx.Interpreter(m).run(1, 2, 3))
    attempt(lambda: fx.Interpreter(m).run(x=1))
    g = fx.Graph()
    a = g.placeholder("a")
    rest = g.placeholder("*rest")
    kw = g.placeholder("**kw")
    g.output((a, rest, kw))
    m = fx.GraphModule({}, g)
    attempt(lambda: fx.Interpreter(m).run(1, 2, 3))
    attempt(lambda: fx.Interpreter(m).run(1))
    attempt(lambda: m(1, 2, 3, z=4))
    attempt(lambda: m(1))
    attempt(lambda: m())


def scenario_no_output():
    g = fx.Graph()
    g.call_function(abs, (g.placeholder("x"),))
    m = fx.GraphModule({}, g)
    print(fx.Interpreter(m).run(1), m(1))
    print(fx.Interpreter(fx.GraphModule({}, fx.Graph())).run(1, 2))


def scenario_nodes_after_the_output_do_not_run():
    g = fx.Graph()
    x = g.placeholder("x")
    g.output(x)
    g.call_function(print, ("never",))
    print(fx.Interpreter(fx.GraphModule({}, g)).run(1))


def fail_value(x):
    raise ValueError(f"bad value {x}", 42)


def fail_key(x):
    return {}[x]


def fail_empty(x):
    raise LookupError


class Custom(Exception):
    def __init__(self, a, b):
        super().__init__(a, b)
        self.a = a


def fail_custom(x):
    raise Custom("first", "second")


def fail_not_text(x):
    raise ValueError(12)


def fail_stop(x):
    raise StopIteration("over")


def fail_system(x):
    raise KeyboardInterrupt("stop")


def scenario_error_text_names_the_node():
    for f in (fail_value, fail_empty, fail_custom, fail_not_text, fail_stop):
        m = simple(f)
        try:
            fx.Interpreter(m).run(3)
        except Exception as e:
            print(type(e).__name__, e.args, e.__cause__)


def scenario_key_error_becomes_runtime_error():
    m = simple(fail_key)
    try:
        fx.Interpreter(m).run(3)
    except Exception as e:
        print(type(e).__name__, e, type(e.__cause__).__name__)
    i = fx.Interpreter(m)
    i.extra_traceback = False
    attempt(lambda: i.run(3))


def scenario_original_traceback():
    m = simple(fail_value)
    for n in m.graph.nodes:
        n.stack_trace = f'File "model.py", line 3, in forward\n    {n.name}'
    attempt(lambda: fx.Interpreter(m).run(3))


def scenario_base_exceptions_pass_untouched():
    try:
        fx.Interpreter(simple(fail_system)).run(3)
    except BaseException as e:
        print(type(e).__name__, e.args)


def scenario_nested_interpreters():
    inner = simple(fail_value)
    g = fx.Graph()
    x = g.placeholder("x")
    g.output(g.call_module("inner", (x,)))
    m = fx.GraphModule({"inner": inner}, g)

    class Deep(fx.Interpreter):
        def call_module(self, target, args, kwargs):
            return fx.Interpreter(self.fetch_attr(target)).run(*args, **kwargs)

    attempt(lambda: Deep(m).run(1))


def scenario_state_after_an_error():
    m = simple(abs, fail_value, len)
    i = fx.Interpreter(m)
    attempt(lambda: i.run(-3))
    print({n.name: v for n, v in i.env.items()})
    attempt(lambda: i.run(5))
    print({n.name: v for n, v in i.env.items()}, list(i.args_iter))


def scenario_initial_env():
    m = build()
    nodes = {n.name: n for n in m.graph.nodes}
    i = fx.Interpreter(m)
    env = {nodes["add"]: 100}
    print(i.run(1, 2, initial_env=env), i.env is env, sorted(n.name for n in env))
    print(i.run(initial_env={nodes["x"]: 1, nodes["y"]: 2}))
    print(i.run(5, initial_env={nodes["y"]: 2}))
    print(i.run(1, 2, initial_env={nodes["output"]: "given"}))
    print(fx.Interpreter(m, False).run(1, 2, initial_env={nodes["sub"]: 3}))
    attempt(lambda: i.run(initial_env={}))


def scenario_initial_env_with_missing_inputs():
    g = fx.Graph()
    x = g.placeholder("x")
    a = g.call_function(abs, (x,))
    b = g.call_function(abs, (a,))
    g.output(b)
    m = fx.GraphModule({}, g)
    i = fx.Interpreter(m)
    attempt(lambda: i.run(initial_env={x: 1, a: 2}))
    attempt(lambda: i.run(initial_env={x: 1, b: 2}))
    attempt(lambda: i.run(initial_env={a: 2}))


def scenario_another_graph():
    m = build()
    g = fx.Graph()
    x = g.placeholder("x")
    g.output(g.call_module("sub", (x,), {"scale": g.create_node("get_attr", "const")}))
    i = fx.Interpreter(m, True, g)
    print(i.run(3), i.graph is g, i.module is m)

    class Bare(Module):
        pass

    attempt(lambda: fx.Interpreter(Bare()))
    h = fx.Graph()
    h.output(h.placeholder("q"))
    attempt(lambda: fx.Interpreter(Bare(), graph=h).run(8))


def scenario_boxed_run():
    m = build()
    args = [1, 2]
    print(fx.Interpreter(m).boxed_run(args), args)
    for wrong in ([1], [1, 2, 3], []):
        attempt(lambda: fx.Interpreter(m).boxed_run(wrong))
        print(wrong)
    attempt(lambda: fx.Interpreter(m).boxed_run((1, 2)))
    e = fx.Graph()
    e.output(5)
    print(fx.Interpreter(fx.GraphModule({}, e)).boxed_run([]))


def scenario_boxed_run_frees_inputs():
    log = []

    def note(value):
        gc.collect()
        log.append([r() is not None for r in refs])
        return Box(0)

    g = fx.Graph()
    x = g.placeholder("x")
    y = g.placeholder("y")
    g.placeholder("unused")
    a = g.call_function(operator.add, (x, 1))
    b = g.call_function(note, (a,))
    c = g.call_function(operator.add, (b, y))
    d = g.call_function(note, (c,))
    g.output(d)
    m = fx.GraphModule({}, g)
    boxes = [Box(1), Box(2), Box(3)]
    refs = [weakref.ref(box) for box in boxes]
    print(fx.Interpreter(m).boxed_run(boxes), log)
    log.clear()
    boxes = [Box(1), Box(2), Box(3)]
    refs = [weakref.ref(box) for box in boxes]
    print(fx.Interpreter(m, garbage_collect_values=False).boxed_run(boxes), log)
    log.clear()
    boxes = [Box(1), Box(2), Box(3)]
    refs = [weakref.ref(box) for box in boxes]
    print(fx.Interpreter(m).run(*boxes), log)


def scenario_values_are_freed_after_last_use():
    alive = []

    def make(value):
        box = Box(value)
        alive.append(weakref.ref(box))
        return box

    def look(*values):
        gc.collect()
        return [r() is not None for r in alive]

    g = fx.Graph()
    x = g.placeholder("x")
    a = g.call_function(make, (1,))
    b = g.call_function(make, (2,))
    p = g.call_function(look, (a,))
    q = g.call_function(look, ())
    r = g.call_function(look, (b, b))
    s = g.call_function(look, ())
    g.output((p, q, r, s))
    m = fx.GraphModule({}, g)
    for collect in (True, False):
        alive.clear()
        i = fx.Interpreter(m, collect)
        print(i.run(0), sorted(n.name for n in i.env))
