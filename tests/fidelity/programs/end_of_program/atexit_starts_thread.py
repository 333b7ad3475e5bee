import atexit
import threading


@atexit.register
def later():
    thread = threading.Thread(target=print, args=("from a thread in atexit",))
    thread.start()
    thread.join()
