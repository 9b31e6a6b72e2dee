# type: ignore  # a script as users write it, for any implementation of fx; checked by what it prints
# ruff: noqa

import copy, operator, pickle
from fx_subject import fx, Module, attempt


def build(n=3):
    g = fx.Graph()
    x = g.placeholder("x")
    a = x
    for _ in range(n):
        a = g.call_function(operator.add, (a, [x, 1]))
    g.output(a)
    return g


def scenario_pickle_graph():
    attempt(lambda: str(pickle.loads(pickle.dumps(build()))))
    g = pickle.loads(pickle.dumps(build()))
    attempt(g.lint)
    attempt(lambda: g.call_function(operator.add))
    attempt(lambda: len(g.nodes))
    attempt(lambda: [list(n.users) for n in g.nodes])


def scenario_copy_node():
    g = build()
    x = next(iter(g.nodes))
    attempt(lambda: copy.copy(x))
    attempt(lambda: copy.deepcopy(x))
    attempt(lambda: copy.deepcopy(x) is x)
    attempt(lambda: len(copy.copy(g).nodes))
    attempt(lambda: pickle.loads(pickle.dumps(x)).name)
    attempt(lambda: copy.copy(x).users is x.users)
    attempt(lambda: copy.deepcopy([x, g])[1] is copy.deepcopy([x, g])[0].graph)
    attempt(lambda: copy.deepcopy(fx.Proxy(x)))


def scenario_proxy_pickle():
    x = fx.Proxy(next(iter(build().nodes)))
    attempt(lambda: x.__getstate__().keys())
    attempt(lambda: copy.copy(x))
