import multiprocessing as mp


def f(x):
    return 1 // x


if __name__ == "__main__":
    with mp.get_context("fork").Pool(1) as pool:
        try:
            pool.map(f, [1, 0])
        except ZeroDivisionError as error:
            print(error, type(error.__cause__).__name__)
