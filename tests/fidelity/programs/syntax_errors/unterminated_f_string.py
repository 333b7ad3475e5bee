# fidelity: run=script,c
x = f"{1 + "
