# fidelity: run=script,c
a: int = 1
b: "later"
print(__annotations__)
