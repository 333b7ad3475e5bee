# fidelity: run=script,c,stdin
6 * 7
