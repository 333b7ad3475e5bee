import os
import sys

read, write = os.pipe()
os.close(read)
try:
    os.write(write, b"x")
except BrokenPipeError as error:
    print(error)
out = open(write, "w")
print("x", file=out)
try:
    out.close()
except BrokenPipeError as error:
    print("again", error.errno)
