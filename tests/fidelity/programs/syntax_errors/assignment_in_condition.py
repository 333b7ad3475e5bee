# fidelity: run=script,c
if x = 1:
    pass
