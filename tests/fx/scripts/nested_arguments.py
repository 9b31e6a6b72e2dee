# type: ignore  # a script as users write it, for any implementation of fx; checked by what it prints
# ruff: noqa

import pickle
import warnings

from fx_subject import Module, attempt, fx


def reloaded(thing):
    with warnings.catch_warnings():  # PyTorch's own, about its trees
        warnings.simplefilter("ignore")
        return pickle.loads(pickle.dumps(thing))


def f(x, y=3):
    return x["a"] + y


def f2(x, y: int = 3):
    return x["a"] + y


def f3(x, y):
    return x["a"] + y


def f4(x, y=None):
    return x["a"]


def f5(x, *, y=2):
    return x["a"] + y


def f6(x, *rest):
    return x["a"]


def scenario_calls_of_nested_arguments():
    for g in (f, f2, f3, f4, f5, f6):
        print(g.__name__)
        gm = None
        try:
            gm = fx.symbolic_trace(g, concrete_args={"x": {"a": fx.PH}})
        except Exception as e:
            print(type(e).__name__, getattr(e, "msg", e))
        if gm is None:
            continue
        print(gm.code)
        for a, k in (
            (({"a": 1}, 2), {}),
            (({"a": 1},), {}),
            ((), {"x": {"a": 1}, "y": 5}),
            (({"a": 1},), {"y": 5}),
            ((), {}),
            ((1, 2), {}),
            (({"b": 1}, 2), {}),
            (({"a": 1, "b": 4}, 2), {}),
            (({"a": 1}, 2, 3), {}),
            (([1], 2), {}),
            (({"a": [1, 2]}, 2), {}),
            (({"a": 1},), {"z": 5}),
        ):
            attempt(lambda: gm(*a, **k))
            attempt(lambda: fx.Interpreter(gm).run(*a))


def pt(x, y):
    return {"r": x["a"] + y[0]}


def scenario_nested_arguments_in_other_places():
    gm = fx.symbolic_trace(pt, concrete_args={"x": {"a": fx.PH}, "y": (fx.PH, 4)})
    again = fx.symbolic_trace(gm)
    print(again.code, again.graph, again({"a": 1}, (2, 4)))
    attempt(lambda: again({"a": 1}, (2, 5)))
    third = fx.symbolic_trace(gm, concrete_args={"x": {"a": fx.PH}, "y": (fx.PH, 4)})
    print(third.code, third.graph)
    g = reloaded(gm.graph)
    print(g)

    class H(Module):
        def __init__(self):
            super().__init__()
            self.gm = gm

        def forward(self, a, b):
            return self.gm({"a": a}, (b, 4))["r"]

    h = fx.symbolic_trace(H())
    print(h.code, h(1, 2))
    t = fx.Transformer(gm).transform()
    print(t.code, t.graph)
    attempt(lambda: t({"a": 1}, (2, 4)))
    attempt(lambda: t(x={"a": 1}, y=(2, 4)))
    attempt(lambda: fx.Interpreter(gm).run({"a": 1}, (2, 4)))
    attempt(lambda: fx.Interpreter(gm).boxed_run([1, 2, 4]))
    gm.graph.set_codegen(fx.graph.CodeGen())
    gm.recompile()
    print(gm.code)
    attempt(lambda: gm(1, 2, 4))


def scenario_nested_arguments_of_a_graph_module():
    gm = fx.symbolic_trace(lambda x, y: x["a"] + y)
    g2 = fx.symbolic_trace(gm, concrete_args={"x": {"a": fx.PH}})
    print(g2.code, g2({"a": 1}, 3))
    g3 = fx.symbolic_trace(gm, concrete_args={"y": 2})
    print(g3.code, g3({"a": 1}, 2), g3.graph)


class M(Module):
    def forward(self, x, y):
        return x["a"] + y


def scenario_nested_arguments_of_a_module():
    m = fx.symbolic_trace(M(), concrete_args={"x": {"a": fx.PH}})
    print(m.code, m({"a": 1}, 3), fx.Interpreter(m).run({"a": 1}, 3), m.graph.process_inputs({"a": 1}, 3))
