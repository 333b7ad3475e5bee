# fidelity: run=script,c
import concurrent.futures


def f(x):
    return x + 1


if __name__ == "__main__":
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        print(list(pool.map(f, range(5))))
