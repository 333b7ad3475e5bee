# fidelity: run=script,c,stdin
x = """abc
def
