import signal
import threading


def f():
    try:
        signal.signal(signal.SIGUSR1, print)
    except ValueError as error:
        print(error)


thread = threading.Thread(target=f)
thread.start()
thread.join()
signal.signal(signal.SIGUSR1, lambda *a: print(threading.current_thread().name))
thread = threading.Thread(target=signal.raise_signal, args=(signal.SIGUSR1,))
thread.start()
thread.join()
print("end")
