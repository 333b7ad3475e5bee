import sys

print("x")
sys.stderr.close()
1 / 0
