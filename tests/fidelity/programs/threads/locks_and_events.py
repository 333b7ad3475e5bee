import threading

lock = threading.RLock()
ready = threading.Event()
with lock, lock:
    print(ready.wait(0.01))
timer = threading.Timer(0.05, ready.set)
timer.start()
print(ready.wait(5))
barrier = threading.Barrier(2)
thread = threading.Thread(target=barrier.wait)
thread.start()
barrier.wait()
thread.join()
print("passed")
