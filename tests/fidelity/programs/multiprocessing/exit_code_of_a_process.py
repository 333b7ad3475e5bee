import multiprocessing as mp
import os
import sys


def f(how):
    if how == "exit":
        sys.exit(5)
    if how == "_exit":
        os._exit(6)
    if how == "text":
        sys.exit("last words")
    os.kill(os.getpid(), 9)


if __name__ == "__main__":
    for how in ("exit", "_exit", "text", "kill"):
        child = mp.get_context("fork").Process(target=f, args=(how,))
        child.start()
        child.join()
        print(how, child.exitcode, flush=True)
