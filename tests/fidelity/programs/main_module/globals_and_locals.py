# fidelity: run=script,c
print(globals() is locals(), locals()["__name__"])


def f():
    x = 1
    return locals()


print(f())
globals()["made"] = 5
print(made)  # noqa: F821
