# fidelity: run=script,c
f() = 1
