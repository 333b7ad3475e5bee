import sys

sys.setrecursionlimit(1 << 30)
print("before", flush=True)
x = []
for _ in range(200_000):
    x = [x]
repr(x)
