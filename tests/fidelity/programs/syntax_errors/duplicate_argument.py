# fidelity: run=script,c
def f(a, a):
    pass
