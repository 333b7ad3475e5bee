import os
import signal

signal.signal(signal.SIGPIPE, signal.SIG_DFL)
read, write = os.pipe()
os.close(read)
print("x", flush=True)
os.write(write, b"x")
