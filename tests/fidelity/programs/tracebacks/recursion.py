# fidelity: run=script,c
def f(n):
    return f(n + 1)


f(0)
