# fidelity: run=script,c
x = 1 y = 2
