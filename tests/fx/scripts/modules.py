# type: ignore  # a script as users write it, for any implementation of fx; checked by what it prints
# ruff: noqa

from fx_subject import Module, attempt, fx


class Leaf(Module):
    def __init__(self, k=1):
        super().__init__()
        self.k = k

    def forward(self, x, y=0):
        return x * self.k + y

    def extra_repr(self):
        return f"k={self.k}"


class Tree(Module):
    def __init__(self):
        super().__init__()
        self.a = Leaf(2)
        self.b = Tree2()
        self.shared = self.a
        self.value = 3


class Tree2(Module):
    def __init__(self):
        super().__init__()
        self.c = Leaf(3)
        self.none = Leaf(4)
        self.none = None


def scenario_tree():
    t = Tree()
    print([(n, type(m).__name__) for n, m in t.named_modules()])
    print([(n, type(m).__name__) for n, m in t.named_children()], len(list(t.children())), len(list(t.modules())))
    print([n for n, _ in t.named_modules(prefix="root")], [n for n, _ in t.named_modules(remove_duplicate=False)])
    print(t)
    print(repr(Leaf()), Module(), repr(t.b))


def scenario_get_submodule():
    t = Tree()
    print(t.get_submodule("b.c") is t.b.c, t.get_submodule("") is t)
    attempt(lambda: t.get_submodule("nope"))
    attempt(lambda: t.get_submodule("b.nope.x"))
    attempt(lambda: t.get_submodule("value"))
    attempt(lambda: t.get_submodule("b.c.k"))


def scenario_attributes():
    t = Tree()
    attempt(lambda: t.nope)
    print(hasattr(t, "nope"), t.value, t.a.k, getattr(t, "nope", 5))

    def assign():
        t.a = 3

    attempt(assign)
    t.a = None
    print(t.a, [n for n, _ in t.named_children()])
    t.value = Leaf(9)
    print([n for n, _ in t.named_children()], "value" in t.__dict__)
    del t.value
    attempt(lambda: t.value)

    def delete():
        del t.nope

    attempt(delete)
    print("b" in dir(t), "k" in dir(t.b.c))


def scenario_calls():
    print(Leaf(3)(2), Leaf(3)(2, y=1), Leaf(3).forward(2))
    attempt(lambda: Module()(1))

    class NoForward(Module):
        pass

    attempt(lambda: NoForward()(1, k=2))

    class NoInit(Module):
        def __init__(self):
            self.x = Leaf()

    attempt(NoInit)


def scenario_train_and_eval():
    t = Tree()
    print(t.training, t.b.c.training)
    print(t.eval() is t, t.training, t.b.c.training, t.train(True).b.c.training)
    attempt(lambda: t.train("yes"))
    attempt(lambda: t.train(1))


def scenario_registration():
    t = Tree()
    t.add_module("new", Leaf(5))
    t.register_module("again", None)
    print([n for n, _ in t.named_children()], t.again)
    attempt(lambda: t.add_module("x", 3))
    attempt(lambda: t.add_module("value", Leaf()))
    attempt(lambda: t.add_module("a.b", Leaf()))
    attempt(lambda: t.add_module("", Leaf()))
    attempt(lambda: t.add_module(3, Leaf()))
    attempt(lambda: t.add_module("a", Leaf(7)))
    print(t.a.k)
    attempt(lambda: t.register_buffer("bad.name", None))
    attempt(lambda: t.register_buffer("", None))
    attempt(lambda: t.register_buffer("value", None))
    attempt(lambda: t.register_buffer(3, None))
    attempt(lambda: t.register_buffer("buf", None))
    print(t.buf, list(t.named_buffers()), list(t.buffers()), list(t.named_parameters()), list(t.parameters()))
    attempt(lambda: t.register_parameter("bad.name", None))
    attempt(lambda: t.register_parameter("value", None))
    attempt(lambda: t.register_parameter("par", None))
    print(t.par)
    attempt(lambda: t.get_buffer("nope"))
    attempt(lambda: t.get_buffer("a"))
    attempt(lambda: t.get_parameter("nope"))
    attempt(lambda: t.get_parameter("a"))


def scenario_apply():
    t = Tree()
    seen = []
    print(t.apply(lambda m: seen.append(type(m).__name__)) is t, seen)


def scenario_interpreting_modules():
    class Root(Module):
        def __init__(self):
            super().__init__()
            self.tree = Tree()

        def forward(self, x):
            return self.tree.a(x) + self.tree.b.c(x, y=self.tree.value)

    gm = fx.symbolic_trace(Root())
    print(gm.graph, gm(2), fx.Interpreter(gm).run(2))
