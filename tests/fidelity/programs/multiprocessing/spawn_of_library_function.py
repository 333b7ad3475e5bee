# fidelity: run=script,c
import multiprocessing as mp
import operator

if __name__ == "__main__":
    with mp.get_context("spawn").Pool(1) as pool:
        print(pool.starmap(operator.add, [(1, 2), (3, 4)]))
