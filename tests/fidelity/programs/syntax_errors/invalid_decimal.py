# fidelity: run=script,c
x = 012
