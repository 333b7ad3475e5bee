import multiprocessing as mp


def f(value):
    for _ in range(100):
        with value.get_lock():
            value.value += 1


if __name__ == "__main__":
    context = mp.get_context("fork")
    value = context.Value("i", 0)
    children = [context.Process(target=f, args=(value,)) for _ in range(3)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    print(value.value)
