import os
import sys

read, write = os.pipe()
if os.fork() == 0:
    if os.fork() == 0:
        os.write(write, b"grandchild\n")
        os._exit(0)
    os._exit(0)
os.wait()
os.close(write)
sys.stdout.write(os.read(read, 100).decode())
