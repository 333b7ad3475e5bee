import multiprocessing as mp


def f(shared):
    shared["child"] = 1


if __name__ == "__main__":
    with mp.get_context("fork").Manager() as manager:
        shared = manager.dict(main=0)
        child = mp.get_context("fork").Process(target=f, args=(shared,))
        child.start()
        child.join()
        print(sorted(shared.items()))
