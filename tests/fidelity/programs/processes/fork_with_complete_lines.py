import os

print("a line")
pid = os.fork()
if pid:
    os.waitpid(pid, 0)
