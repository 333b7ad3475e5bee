import threading

local = threading.local()
local.x = 1
thread = threading.Thread(target=lambda: print(hasattr(local, "x")))
thread.start()
thread.join()
print(local.x)
