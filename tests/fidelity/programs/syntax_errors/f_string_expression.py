# fidelity: run=script,c,stdin
x = f"{a b}"
