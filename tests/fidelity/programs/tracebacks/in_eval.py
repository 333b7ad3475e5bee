# fidelity: run=script,c
eval("1 / 0")
