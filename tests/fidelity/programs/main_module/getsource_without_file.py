# fidelity: run=c,stdin
import inspect


def f():
    return 1


try:
    print(inspect.getsource(f))
except OSError as error:
    print(error)
