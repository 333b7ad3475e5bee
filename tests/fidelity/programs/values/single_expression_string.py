# fidelity: run=c
"a string"
