# fidelity: run=script,c
def f(a, b):
    pass


f(1)
