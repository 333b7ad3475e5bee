# fidelity: run=script,c
import threading
import time


def f():
    time.sleep(30)
    print("never")


threading.Thread(target=f, daemon=True).start()
print("end")
