import sys


def f(n):
    if n:
        f(n - 1)
    else:
        1 / 0


sys.tracebacklimit = 2
f(5)
