# fidelity: run=script,c
import os

probe = os.open("/", os.O_RDONLY)
print(probe, [fd for fd in range(probe) if os.path.exists(f"/proc/self/fd/{fd}")])
