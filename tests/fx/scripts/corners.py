# type: ignore  # a script as users write it, for any implementation of fx; checked by what it prints
# ruff: noqa

import copy
import operator

from fx_subject import Module, attempt, fx


def leading(action):
    """The error without the place in the generated code, which PyTorch numbers."""
    try:
        print(action())
    except Exception as error:
        print(type(error).__name__, str(error).split(" (")[0].split(" on line")[0])


def scenario_moving_what_is_no_node():
    g = fx.Graph()
    x = g.placeholder("x")
    for other in (3, None, "x"):
        attempt(lambda: x.prepend(other))
        attempt(lambda: x.append(other))
    attempt(lambda: g.erase_node(x.prev))
    print([n.name for n in g.nodes])


def scenario_replacing_constants_in_arguments():
    g = fx.Graph()
    x = g.placeholder("x")
    n = g.call_function(len, (3, [3, {"k": 3}], slice(3, "s")), {"q": ("s", x)})
    n.replace_input_with(3, x)
    print(n.args, n.kwargs, list(x.users))
    n.replace_input_with("s", [x, 4])
    print(n.args, n.kwargs, n.all_input_nodes)
    n.replace_input_with(x, None)
    print(n.args, n.kwargs, list(x.users))


def scenario_who_else_refers_to_a_copied_node():
    g = fx.Graph()
    x = g.placeholder("x")
    a = g.call_function(len, (x,))
    g.output(a)
    memo = {}
    g.__deepcopy__(memo)
    print(len(memo))
    memo = {1: 2}
    g.__deepcopy__(memo)
    print(sorted(type(key).__name__ for key in memo))
    graph, node = copy.deepcopy([g, a])
    print(node.graph is graph, list(graph.nodes)[1] is node, node.graph is g)
    gm = fx.GraphModule({}, g)
    gm.meta["node"] = a
    copied = copy.deepcopy(gm)
    print(copied.meta["node"] is a, copied.meta["node"] in list(copied.graph.nodes), copied.meta["node"].name)
    proxy = copy.deepcopy(fx.Proxy(a))
    print(proxy, proxy.node is a, proxy.node.name)


def scenario_values_of_a_call_are_freed_at_once():
    log = []

    class Value:
        def __init__(self, name):
            self.name = name

        def __del__(self):
            log.append("free " + self.name)

    def make(name, *args):
        log.append("make " + name)
        return Value(name)

    g = fx.Graph()
    a = g.call_function(make, ("a",))
    b = g.call_function(make, ("b", a))
    c = g.call_function(make, ("c", a, b))
    g.call_function(make, ("unused", c))
    g.output(g.call_function(make, ("d", [b, {"k": c}])))
    result = fx.GraphModule({}, g)()
    print(log, result.name)
    log.clear()
    result = fx.Interpreter(fx.GraphModule({}, g)).run()
    print(log)


def scenario_codegen_that_writes_nothing():
    class Convert(fx.CodeGen):
        def process_inputs(self, *args):
            print("in", args)
            return [value + 1 for value in args]

        def process_outputs(self, out):
            print("out", out)
            return {"result": out}

    g = fx.symbolic_trace(lambda x, y: x - y).graph
    g.set_codegen(Convert())
    gm = fx.GraphModule({}, g)
    print(gm(5, 3))
    print(fx.Interpreter(gm).run(5, 3))
    print(fx.Interpreter(gm).run(5, 3, enable_io_processing=False))
    print(fx.Transformer(gm).transform()(5, 3))


def scenario_functions_without_a_body():
    g = fx.Graph()
    g.placeholder("x")
    leading(lambda: fx.GraphModule({}, g))
    with g.inserting_before():
        g.placeholder("w", default_value=1)
    leading(lambda: fx.GraphModule({}, g))
    g.call_function(len, ((),))
    leading(lambda: fx.GraphModule({}, g)(1, 2))
    leading(lambda: fx.GraphModule({}, fx.Graph())())
    g = fx.Graph()
    g.placeholder("print")
    g.placeholder("x")
    g.placeholder("x")
    leading(lambda: fx.GraphModule({}, g))
    with g.inserting_before():
        g.placeholder("x", default_value=2)
    leading(lambda: fx.GraphModule({}, g))


def scenario_an_input_named_self():
    gm = fx.symbolic_trace(lambda self: self)
    print(gm() is gm, gm.code)
    leading(lambda: gm(1))

    class Account:
        limit = 4

        def over(self, amount):
            return amount - self.limit

    gm = fx.symbolic_trace(Account.over)
    print(gm.graph, gm.code)
    gm.limit = 10
    print(gm(50), fx.Interpreter(gm).run(Account(), 50))
    print(fx.symbolic_trace(gm).code)
    leading(lambda: fx.symbolic_trace(lambda x, self: x))
    leading(lambda: fx.symbolic_trace(lambda x, *self: x))


def scenario_modules_made_wrongly():
    class Passes(Module):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)

    class Buffer(Module):
        def __init__(self):
            self.register_buffer("b", None)

    class Parameter(Module):
        def __init__(self):
            self.register_parameter("p", None)

    for action in (lambda: Passes(1, 2), lambda: Passes(a=1), lambda: Passes(1, a=1), Buffer, Parameter):
        attempt(action)
    print(list(Module().named_parameters(remove_duplicate=False)), list(Module().named_buffers("p", True, False)))
    g = fx.Graph()
    g.get_attr("a.b")
    g.get_attr("a")
    g.output(None)
    attempt(lambda: fx.GraphModule({"a": 4, "a.b": 3}, g))
    attempt(lambda: fx.Tracer(autowrap_modules=(3,)))


def scenario_hooks_by_name():
    g = fx.Graph()
    x = g.placeholder("x")
    a = g.call_function(operator.neg, (x,))
    b = g.call_function(operator.pos, (a,))
    g.output([a, b])
    gm = fx.GraphModule({}, g)
    log = []
    created = lambda n: log.append(("created", n.name))
    erased = lambda n: log.append(("erased", n.name))
    replaced = lambda old, new, user: log.append((old.name, new, user.name))
    copied = lambda m: log.append(("copied", type(m).__name__))
    gm._register_create_node_hook(created)
    gm._register_erase_node_hook(erased)
    gm._register_replace_node_hook(replaced)
    gm._register_deepcopy_hook(copied)
    with g.inserting_after(b):
        c = g.call_function(operator.abs, (x,))
    b.replace_all_uses_with(c)
    g.erase_node(b)
    a.name = "first"
    a._rename("second")
    copy.deepcopy(gm)
    print(log)
    gm._unregister_create_node_hook(created)
    gm._unregister_erase_node_hook(erased)
    gm._unregister_replace_node_hook(replaced)
    gm._unregister_deepcopy_hook(copied)
    log.clear()
    g.erase_node(g.call_function(len, ((),)))
    a.name = "third"
    print(log)
    for action in ("_register", "_unregister"):
        for kind in ("create_node", "erase_node", "replace_node", "deepcopy"):
            attempt(lambda: getattr(gm, f"{action}_{kind}_hook")(3))
    attempt(lambda: gm._unregister_create_node_hook(created))


def scenario_values_for_no_node():
    g = fx.Graph()
    x = g.placeholder("x")
    g.output(x)
    it = fx.Interpreter(fx.GraphModule({}, g))
    it.env[x] = 7
    print(it.map_nodes_to_values((x, [x]), None), it.map_nodes_to_values(x, "any"), it.map_nodes_to_values({}, 3))
    attempt(lambda: it.map_nodes_to_values(fx.Graph().placeholder("y"), "any"))
    print(type(fx.Transformer(fx.GraphModule({}, g)).tracer).__name__)
