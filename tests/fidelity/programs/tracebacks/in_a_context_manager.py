import contextlib


@contextlib.contextmanager
def m():
    yield
    raise ValueError("at exit")


with m():
    pass
