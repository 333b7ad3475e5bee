import multiprocessing as mp
import os

VALUE = os.path.basename(__file__)


def f(queue):
    import __main__

    queue.put((VALUE, __name__, __main__.__name__, os.path.basename(__main__.__file__)))


if __name__ == "__main__":
    context = mp.get_context("spawn")
    queue = context.Queue()
    child = context.Process(target=f, args=(queue,))
    child.start()
    print(queue.get())
    child.join()
