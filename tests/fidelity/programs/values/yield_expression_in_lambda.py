# fidelity: run=script,c
list((lambda: (yield))())
