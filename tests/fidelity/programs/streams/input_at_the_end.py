# fidelity: run=script,c
print("asking")
input("name? ")
