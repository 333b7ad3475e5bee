# fidelity: run=script,c,stdin
def f(x):
    raise ValueError(f"bad {x}")


def g():
    f(1)


g()
