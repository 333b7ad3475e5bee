import sys

print([ascii(a) for a in sys.argv[1:]])
