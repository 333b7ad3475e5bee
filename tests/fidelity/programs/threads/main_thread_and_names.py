# fidelity: run=script,c,stdin
import threading

print(threading.current_thread().name, threading.current_thread() is threading.main_thread())
print(threading.main_thread().is_alive(), threading.main_thread().daemon)
thread = threading.Thread(target=lambda: print(threading.current_thread().name))
thread.start()
thread.join()
