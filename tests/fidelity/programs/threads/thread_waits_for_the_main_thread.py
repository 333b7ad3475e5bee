# fidelity: run=script,c
import threading


def f():
    threading.main_thread().join()
    print("thread", threading.main_thread().is_alive())


threading.Thread(target=f).start()
print("main")
