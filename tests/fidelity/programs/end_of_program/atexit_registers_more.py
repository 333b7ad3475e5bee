import atexit


def again(n):
    print("exit", n)
    if n:
        atexit.register(again, n - 1)


atexit.register(again, 2)
