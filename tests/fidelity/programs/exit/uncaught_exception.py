# fidelity: run=script,c,stdin
print("before")
raise RuntimeError("bad")
