# fidelity: run=script,c,stdin
print(sorted(globals()))
