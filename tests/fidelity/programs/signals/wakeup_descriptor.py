import os
import signal

read, write = os.pipe()
os.set_blocking(write, False)
signal.set_wakeup_fd(write)
signal.signal(signal.SIGUSR1, lambda *a: None)
signal.raise_signal(signal.SIGUSR1)
print(list(os.read(read, 10)))
print(signal.set_wakeup_fd(-1) == write)
