# fidelity: run=script,c
import multiprocessing as mp
import time


def f():
    time.sleep(1)
    print("child", flush=True)


if __name__ == "__main__":
    mp.Process(target=f).start()
    print("parent", flush=True)
