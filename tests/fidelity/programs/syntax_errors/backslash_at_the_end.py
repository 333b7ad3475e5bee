# fidelity: run=script
x = 1 + \
