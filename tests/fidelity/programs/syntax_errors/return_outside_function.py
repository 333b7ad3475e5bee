# fidelity: run=script,c
print("never")
return 5
