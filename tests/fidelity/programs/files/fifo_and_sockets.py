import os
import socket
import threading

place = "/tmp/fidelity_fifo"
if os.path.exists(place):
    os.unlink(place)
os.mkfifo(place)
thread = threading.Thread(target=lambda: open(place, "w").write("through a fifo"))
thread.start()
print(open(place).read())
thread.join()
os.unlink(place)
a, b = socket.socketpair()
a.sendall(b"pair")
print(b.recv(10))
