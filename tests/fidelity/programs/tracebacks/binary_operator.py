# fidelity: run=script,c
a = 1
b = "x"
print(2 * a + b)
