# fidelity: run=script,c
class A:
    x = 1
    y = undefined  # noqa: F821
