import functools


def wrap(f):
    @functools.wraps(f)
    def inner(*args):
        return f(*args)

    return inner


@wrap
def f(x):
    raise ValueError(x)


f(1)
