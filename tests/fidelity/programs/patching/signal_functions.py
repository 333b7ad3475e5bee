import select
import signal

signal.signal = signal.set_wakeup_fd = signal.pthread_sigmask = None
select.poll = select.select = select.epoll = None
print("hi")
