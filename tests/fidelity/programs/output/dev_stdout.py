import os

with open("/dev/stdout", "w") as out:
    print("stdout", file=out)
with open("/dev/stderr", "w") as out:
    print("stderr", file=out)
os.system("echo sh > /dev/stderr")
