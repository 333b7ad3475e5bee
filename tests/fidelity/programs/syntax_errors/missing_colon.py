# fidelity: run=script,c,stdin
for i in range(3)
    print(i)
