# fidelity: run=script,c
raise ValueError
