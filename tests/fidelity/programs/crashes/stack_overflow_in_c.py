import sys

sys.setrecursionlimit(1 << 30)
print("before", flush=True)


class A:
    def __getattr__(self, name):
        return getattr(self, name)


def f(x):
    return repr([x])


x = []
for _ in range(3_000_000):
    x = [x]
repr(x)
