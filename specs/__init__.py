"""The executable specification of ``PropagateUnbackedSymInts``. Read the chapters in the order of ``contents``.

A chapter is a module. Each clause has an id that never changes, one sentence, the code that carries it out and a
seeded fault (``tests/mutants``) that its checks notice; its checks stand right below it. ``pytest specs`` runs them.
"""
