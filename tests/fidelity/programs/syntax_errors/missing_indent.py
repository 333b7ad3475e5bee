# fidelity: run=script,c
def f():
print(1)
