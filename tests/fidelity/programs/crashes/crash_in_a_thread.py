import ctypes
import threading

print("before", flush=True)
threading.Thread(target=ctypes.string_at, args=(0,)).start()
threading.Event().wait(10)
