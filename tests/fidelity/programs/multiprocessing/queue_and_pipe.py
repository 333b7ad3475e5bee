import multiprocessing as mp


def f(queue, pipe):
    queue.put([1, "two"])
    pipe.send({"a": 1})


if __name__ == "__main__":
    context = mp.get_context("fork")
    queue = context.Queue()
    ours, theirs = context.Pipe()
    child = context.Process(target=f, args=(queue, theirs))
    child.start()
    print(queue.get(), ours.recv())
    child.join()
