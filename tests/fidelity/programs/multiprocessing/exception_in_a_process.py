import multiprocessing as mp


def f():
    raise ValueError("in a process")


if __name__ == "__main__":
    child = mp.get_context("fork").Process(target=f, name="mine")
    child.start()
    child.join()
    print(child.exitcode)
