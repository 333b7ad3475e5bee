class A:
    def __del__(self):
        print("closed")


def f():
    local = A()
    raise ValueError("x")


f()
