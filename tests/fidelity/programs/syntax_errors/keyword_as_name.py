# fidelity: run=script,c
class = 5
