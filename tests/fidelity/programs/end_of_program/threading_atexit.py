import threading

threading._register_atexit(print, "threading's own")
print("end")
