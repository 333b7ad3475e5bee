# fidelity: run=script,c
1 + 1;
