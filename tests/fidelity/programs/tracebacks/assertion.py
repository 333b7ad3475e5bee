# fidelity: run=script,c,stdin
assert 1 == 2, ("left", "right")
