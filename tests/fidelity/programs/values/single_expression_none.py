# fidelity: run=script,c,stdin
print("x")
