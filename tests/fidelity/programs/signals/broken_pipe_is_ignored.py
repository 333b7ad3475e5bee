import os
import signal

print(signal.getsignal(signal.SIGPIPE) is signal.SIG_IGN)
read, write = os.pipe()
os.close(read)
try:
    os.write(write, b"x")
except BrokenPipeError:
    print("BrokenPipeError")
