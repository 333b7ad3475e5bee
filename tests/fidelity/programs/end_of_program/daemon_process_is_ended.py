import multiprocessing as mp
import time


def f():
    time.sleep(30)
    print("never")


if __name__ == "__main__":
    mp.Process(target=f, daemon=True).start()
    print("parent", flush=True)
