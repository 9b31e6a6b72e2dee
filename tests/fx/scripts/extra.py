# type: ignore  # a script as users write it, for any implementation of fx; checked by what it prints
# ruff: noqa

import copy, operator, pickle, sys, gc, weakref, math, functools, itertools
from fx_subject import fx, Module, attempt


def scenario_subscript():
    class I(fx.Interpreter):
        pass

    print(I.__name__, fx.Interpreter.__name__, fx.Transformer.__mro__[1].__name__)


def scenario_reprs():
    g = fx.Graph()
    x = g.placeholder("x")
    print(type(g.nodes).__name__, repr(x), str(x), f"{x}", f"{x!r:>5}", [x], {x: 1}, (x,))
    print(fx.Graph.__name__, fx.Node.__qualname__, fx.Proxy.__name__)


def scenario_setattr_paths():
    g = fx.Graph()
    x = g.placeholder("x")
    a = g.call_function(abs, (x,))
    a.args = (x, x)
    a.kwargs = {"z": x}
    attempt(lambda: setattr(a, "args", 5))
    print(a.args)
    attempt(lambda: setattr(a, "kwargs", 5))
    print(a.kwargs)
    attempt(lambda: setattr(a, "next", 5))
    attempt(lambda: setattr(a, "all_input_nodes", 5))
    attempt(lambda: delattr(a, "name"))
    attempt(lambda: a.args)
    attempt(lambda: g.nodes.append)
    attempt(lambda: setattr(g, "nodes", []))


def scenario_users_dict_edit():
    g = fx.Graph()
    x = g.placeholder("x")
    a = g.call_function(abs, (x,))
    print(x.users, type(x.users).__name__, x.all_input_nodes, a.all_input_nodes is a.all_input_nodes)
    a.meta["k"] = 1
    b = g.node_copy(a)
    b.meta["k"] = 2
    print(a.meta, b.meta, b, b.args)


def scenario_many_names():
    g = fx.Graph()
    for i in range(5):
        g.placeholder("x")
        g.placeholder("x_2")
        g.call_function(operator.add)
        g.call_function(operator.and_)
        g.call_function(operator.or_)
    print([n.name for n in g.nodes])


def scenario_copy_keeps_names():
    g = fx.Graph()
    a = g.call_function(operator.add, (1, 2), name="add_7")
    b = g.call_function(operator.add, (a, 2))
    g.erase_node(b)
    c = g.call_function(operator.add, (a, 2))
    g.output(c)
    h = copy.deepcopy(g)
    print(
        [n.name for n in g.nodes],
        [n.name for n in h.nodes],
        h.call_function(operator.add),
        g.call_function(operator.add),
    )


def scenario_graph_getstate():
    g = fx.Graph()
    x = g.placeholder("x")
    g.output(x)
    attempt(lambda: copy.copy(g).nodes is not None)
    attempt(lambda: [n.name for n in copy.copy(g).nodes])


def scenario_trace_lambda_closure():
    k = 5
    attempt(lambda: fx.symbolic_trace(lambda x: x + k).code)
    attempt(lambda: fx.symbolic_trace(lambda x, k=k: x + k).code)
    attempt(lambda: fx.symbolic_trace(lambda *a, **k: (a, k)).code)
    attempt(lambda: fx.symbolic_trace(lambda x: (yield_ for yield_ in [x])).code)
    attempt(lambda: fx.symbolic_trace(lambda x: [x + i for i in range(3)]).code)
    attempt(lambda: fx.symbolic_trace(lambda x: functools.reduce(operator.add, [x, x, 1])).code)
    attempt(lambda: fx.symbolic_trace(lambda x: sum([x, x])).code)
    attempt(lambda: fx.symbolic_trace(lambda x: max(x, key=len)).code)
    attempt(lambda: fx.symbolic_trace(lambda x: operator.itemgetter(1)(x)).code)
    attempt(lambda: fx.symbolic_trace(lambda x: operator.attrgetter("a.b")(x)).code)
    attempt(lambda: fx.symbolic_trace(lambda x: operator.methodcaller("m", 1)(x)).code)
    attempt(lambda: fx.symbolic_trace(lambda x: {**{"a": x}}).code)
    attempt(lambda: fx.symbolic_trace(lambda x: math.pow(x, 2) + math.hypot(x, 1)).code)
    attempt(lambda: fx.symbolic_trace(lambda x: math.fsum([x])).code)
    attempt(lambda: fx.symbolic_trace(lambda x: divmod(7, x)).code)
    attempt(lambda: fx.symbolic_trace(lambda x: operator.iadd(x, 1)).code)
    attempt(lambda: fx.symbolic_trace(lambda x: operator.setitem(x, 0, 1)).code)
    attempt(lambda: fx.symbolic_trace(lambda x: operator.contains(x, 1)).code)
    attempt(lambda: fx.symbolic_trace(lambda x: operator.truth(x)).code)
    attempt(lambda: fx.symbolic_trace(lambda x: operator.not_(x)).code)
    attempt(lambda: fx.symbolic_trace(lambda x: operator.is_(x, None)).code)
    attempt(lambda: fx.symbolic_trace(lambda x: operator.index(x)).code)
    attempt(lambda: fx.symbolic_trace(lambda x: operator.concat(x, x)).code)
    attempt(lambda: fx.symbolic_trace(lambda x: slice(x, None)).code)
    attempt(lambda: fx.symbolic_trace(lambda x: "a" + x).code)
    attempt(lambda: fx.symbolic_trace(lambda x: "a %s" % x).code)
    attempt(lambda: fx.symbolic_trace(lambda x: [1] * x).code)
    attempt(lambda: fx.symbolic_trace(lambda x: [1] + x).code)
    attempt(lambda: fx.symbolic_trace(lambda x: x.__class__).code)
    attempt(lambda: fx.symbolic_trace(lambda x: x._private.method()).code)
    attempt(lambda: fx.symbolic_trace(lambda x: type(x).__name__).code)
    attempt(lambda: fx.symbolic_trace(lambda x: x is None).code)
    attempt(lambda: fx.symbolic_trace(lambda x: x.a.__len__).code)
    attempt(lambda: fx.symbolic_trace(lambda x: x.a + x.a).code)
    attempt(lambda: fx.symbolic_trace(lambda x: (lambda y: (y.a, y.a))(x)).code)


def scenario_module_hooks_and_types():
    class M(Module):
        cls_attr = 3

        def __init__(self):
            super().__init__()
            self.x = 1

        @property
        def prop(self):
            return self.missing

        def forward(self, x):
            return x + self.cls_attr

    m = M()
    attempt(lambda: m.prop)
    attempt(lambda: m.missing)
    m.cls_attr = 9
    print(m(1), M.cls_attr, vars(m)["cls_attr"])
    attempt(lambda: M.forward(m, 1))
    attempt(lambda: m())
    attempt(lambda: m(1, 2))
    m.forward = lambda x: "inst"
    print(m(1))
    attempt(lambda: hash(m) == hash(m))
    attempt(lambda: copy.deepcopy(m).x)
    c = copy.deepcopy(fx.symbolic_trace(M()))
    print(c(1))


def scenario_deepcopy_of_modules():
    class A(Module):
        def __init__(self):
            super().__init__()
            self.c = Module()
            self.l = [1]

    a = A()
    b = copy.deepcopy(a)
    print(b.c is a.c, b.l is a.l, [n for n, _ in b.named_modules()], b.training)
    d = copy.copy(a)
    print(d.c is a.c)
    d2 = pickle.loads(pickle.dumps(Module()))
    print(type(d2).__name__, d2.training)


def scenario_node_deepcopy_in_meta():
    g = fx.Graph()
    x = g.placeholder("x")
    a = g.call_function(abs, (x,))
    g.output(a)
    x.meta["peer"] = a
    h = copy.deepcopy(g)
    print([n.meta for n in h.nodes], list(h.nodes)[0].meta["peer"] is a)


def scenario_gm_attributes():
    gm = fx.symbolic_trace(lambda x: x + 1)
    print(
        sorted(
            k
            for k in vars(gm)
            if not k.startswith("__")
            and k
            not in (
                "_is_full_backward_hook",
                "_non_persistent_buffers_set",
                "_backward_hooks",
                "_backward_pre_hooks",
                "_forward_hooks",
                "_forward_hooks_always_called",
                "_forward_hooks_with_kwargs",
                "_forward_pre_hooks",
                "_forward_pre_hooks_with_kwargs",
                "_load_state_dict_post_hooks",
                "_load_state_dict_pre_hooks",
                "_state_dict_hooks",
                "_state_dict_pre_hooks",
                "_code",
                "_lineno_map",
                "_prologue_start",
                "_plan",
            )
        )
    )
    gm.note = 5
    print(gm.note, gm.meta, gm.shape_env, gm.graph.owning_module is gm)
    gm.custom = Module()
    print([n for n, _ in gm.named_children()])
    print(gm.__class__.__name__, gm.__class__.__mro__[1].__name__, type(gm).forward is not None)
    attempt(lambda: gm.code.count("def"))
    attempt(lambda: setattr(gm, "code", 1))


def scenario_call_wrapped():
    class G(fx.GraphModule):
        def __call__(self, *a, **k):
            print("called")
            return super().__call__(*a, **k)

    g = fx.Graph()
    g.output(g.placeholder("x"))
    print(G({}, g)(4))


def scenario_training_attr_as_get_attr():
    g = fx.Graph()
    g.output(g.create_node("get_attr", "training"))
    print(fx.Interpreter(Module(), graph=g).run())


def scenario_interp_subclass_init():
    class Counting(fx.Interpreter):
        def __init__(self, m):
            super().__init__(m)
            self.count = 0

        def run_node(self, n):
            self.count += 1
            return super().run_node(n)

    gm = fx.symbolic_trace(lambda x, y: (x + y) * x)
    c = Counting(gm)
    print(c.run(2, 3), c.count)
    print(c.run(2, 3), c.count)

    class Env(fx.Interpreter):
        def run_node(self, n):
            r = super().run_node(n)
            print(n.name, sorted(k.name for k in self.env))
            return r

    Env(gm).run(1, 2)

    class Swallow(fx.Interpreter):
        def run_node(self, n):
            try:
                return super().run_node(n)
            except Exception as e:
                return f"<{type(e).__name__}>"

    print(Swallow(gm).run(1, "a"))

    class Skip(fx.Interpreter):
        def run(self, *args, **kw):
            return ("skipped", super().run(*args, **kw))

    print(Skip(gm).run(1, 2), Skip(gm).boxed_run([1, 2]))


def scenario_same_interpreter_twice():
    gm = fx.symbolic_trace(lambda x: [x, x + 1])
    i = fx.Interpreter(gm)
    a = i.run(1)
    b = i.run(2)
    print(a, b, i.env)


def scenario_generators_in_args():
    g = fx.Graph()
    x = g.placeholder("x")
    n = g.call_function(list, (itertools.chain([1]),))
    attempt(lambda: fx.Interpreter(Module(), graph=g).run(1))
    g.output({"a": {1, 2}})
    attempt(lambda: fx.Interpreter(Module(), graph=g).run(1))


def scenario_codegen_subclass():
    class Up(fx.CodeGen):
        def gen_fn_def(self, free_vars, maybe_return_annotation):
            return "def forward(self, *args):"

        def generate_output(self, output_args):
            return "return UP"

        def additional_globals(self):
            return [("List", list)]

    g = fx.Graph()
    x = g.placeholder("x")
    g.output(x)
    g.set_codegen(Up())
    c = g.python_code("self")
    print(c.src, "List" in c.globals)
    d = copy.deepcopy(g)
    print(type(d._codegen).__name__)
