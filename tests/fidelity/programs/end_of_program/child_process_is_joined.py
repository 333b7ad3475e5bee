# fidelity: run=script,c
import multiprocessing as mp
import time


def f():
    time.sleep(0.2)
    print("child", flush=True)


if __name__ == "__main__":
    mp.Process(target=f).start()
    print("parent", flush=True)
