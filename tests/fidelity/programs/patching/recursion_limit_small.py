import sys

sys.setrecursionlimit(60)
print("hi", sys.getrecursionlimit())
