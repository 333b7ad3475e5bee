# fidelity: run=script,c
import threading

print(threading.active_count(), [thread.name for thread in threading.enumerate()])
