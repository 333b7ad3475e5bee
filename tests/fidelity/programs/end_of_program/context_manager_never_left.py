import contextlib


@contextlib.contextmanager
def manager():
    print("in")
    try:
        yield
    finally:
        print("out")


m = manager()
m.__enter__()
print("end")
