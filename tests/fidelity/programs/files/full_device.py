# fidelity: run=script,c
try:
    with open("/dev/full", "w") as f:
        f.write("x")
except OSError as error:
    print(error)
