import sys

f = open("/tmp/fidelity_never_closed", "w")
f.write("data")
print("end", f.closed, file=sys.stderr)
