# fidelity: run=script,c,stdin
x = 5 × 3
