import os

with open("/tmp/fidelity_fd", "wb") as f:
    print(f.fileno() > 2, os.get_inheritable(f.fileno()), f.mode, f.name)
os.unlink("/tmp/fidelity_fd")
f.closed or print("open")
try:
    f.write(b"")
except ValueError as error:
    print(error)
