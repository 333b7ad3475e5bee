# fidelity: run=script,c
print(jsonn.dumps({}))  # noqa: F821
