# fidelity: run=script,c
f = lambda x: [1 // y for y in range(x, -1, -1)]  # noqa: E731
f(2)
