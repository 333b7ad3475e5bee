import os
import sys

for i in range(100):
    print("p", i, file=sys.stderr)
    os.write(2, b"c %d\n" % i)
