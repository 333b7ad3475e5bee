# fidelity: run=script,c,stdin
number = 1
print(nunber)  # noqa: F821
