import multiprocessing as mp
import sys


def f(name):
    print("hello", name, __name__)
    print("error", file=sys.stderr)


if __name__ == "__main__":
    child = mp.get_context("spawn").Process(target=f, args=("child",))
    child.start()
    child.join()
    print(child.exitcode)
