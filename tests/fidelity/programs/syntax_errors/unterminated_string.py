# fidelity: run=script,c,stdin
print("before")
x = "abc
