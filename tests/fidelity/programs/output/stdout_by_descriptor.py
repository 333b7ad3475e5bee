import sys

with open(1, "w", closefd=False) as out:
    out.write("by number\n")
with open(sys.stdout.fileno(), "wb", buffering=0, closefd=False) as out:
    out.write(b"unbuffered\n")
with open("/dev/fd/1", "w") as out:
    out.write("by /dev/fd\n")
with open("/proc/self/fd/2", "w") as out:
    out.write("by /proc\n")
