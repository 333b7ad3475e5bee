import _thread
import time

lock = _thread.allocate_lock()
lock.acquire()


def f():
    try:
        raise ValueError("in a low-level thread")
    finally:
        lock.release()


_thread.start_new_thread(f, ())
with lock:
    time.sleep(0.1)
print("end")
