import multiprocessing as mp

if __name__ == "__main__":
    pool = mp.get_context("fork").Pool(2)
    print(pool.apply(abs, (-3,)))
