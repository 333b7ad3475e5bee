# fidelity: run=script,c
print(“hello”)
