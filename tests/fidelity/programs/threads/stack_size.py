import sys
import threading


def depth(n):
    return n if n == 0 else depth(n - 1)


threading.stack_size(64 << 20)
sys.setrecursionlimit(20_000)
thread = threading.Thread(target=lambda: print(depth(15_000)))
thread.start()
thread.join()
