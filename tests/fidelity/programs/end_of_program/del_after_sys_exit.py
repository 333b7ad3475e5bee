import sys


class A:
    def __del__(self):
        print("closed")


def f():
    local = A()
    sys.exit(2)


f()
