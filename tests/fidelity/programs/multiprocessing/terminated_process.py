import multiprocessing as mp
import time

if __name__ == "__main__":
    child = mp.get_context("fork").Process(target=time.sleep, args=(30,))
    child.start()
    child.terminate()
    child.join()
    print(child.exitcode)
