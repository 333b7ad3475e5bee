# fidelity: run=script,c
print(exit, quit, sep="\n")
exit(4)
