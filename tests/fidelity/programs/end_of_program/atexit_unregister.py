import atexit

atexit.register(print, "kept")
atexit.register(again := lambda: print("dropped"))
atexit.unregister(again)
