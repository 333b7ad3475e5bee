# fidelity: run=script,c
1 + 1
print("_" in globals(), hasattr(__builtins__, "_"))
