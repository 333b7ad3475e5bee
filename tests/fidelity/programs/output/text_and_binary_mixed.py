import sys

sys.stdout.write("a")
sys.stdout.flush()
sys.stdout.buffer.write(b"b\n")
sys.stdout.buffer.flush()
sys.stdout.write("c\n")
