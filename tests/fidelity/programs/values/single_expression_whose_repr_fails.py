# fidelity: run=script,c
type("C", (), {"__repr__": lambda self: 1 / 0})()
