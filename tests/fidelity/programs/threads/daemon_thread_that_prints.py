import threading
import time


def f():
    while True:
        time.sleep(0.001)


for _ in range(5):
    threading.Thread(target=f, daemon=True).start()
print("end")
