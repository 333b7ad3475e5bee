import os
import sys

print(sys.stderr.line_buffering, sys.stderr.write_through)
sys.stderr.write("no newline")
os.write(2, b" raw\n")
sys.stderr.write("a line\n")
os.write(2, b"raw again\n")
