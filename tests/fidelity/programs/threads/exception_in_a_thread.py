# fidelity: run=script,c,stdin
import threading


def f():
    raise ValueError("in a thread")


thread = threading.Thread(target=f, name="mine")
thread.start()
thread.join()
print("main goes on")
