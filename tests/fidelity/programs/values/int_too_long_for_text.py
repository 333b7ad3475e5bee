# fidelity: run=script,stdin
print("ok")
10**5000
