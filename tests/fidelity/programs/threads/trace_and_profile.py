# fidelity: run=script,c
import sys
import threading

print(sys.gettrace(), sys.getprofile(), threading.gettrace(), threading.getprofile())
seen = []
threading.setprofile(lambda frame, event, arg: seen.append(event))
thread = threading.Thread(target=lambda: None)
thread.start()
thread.join()
print("call" in seen, sys.getswitchinterval())
