# fidelity: run=script,c
x = [1, 2 3]
