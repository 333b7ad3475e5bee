# fidelity: run=script,c
def f():
    x += 1


f()
