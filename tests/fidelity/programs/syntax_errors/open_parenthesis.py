# fidelity: run=script,c,stdin
x = (
