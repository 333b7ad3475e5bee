# fidelity: run=script,c
import threading


def f():
    1 / 0


threading.Thread(target=f).start()
