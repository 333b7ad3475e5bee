# fidelity: run=script,c
def f(a: int) -> str: ...


print(f.__annotations__)
