# fidelity: run=script,c,stdin
x = 6
x * 7
