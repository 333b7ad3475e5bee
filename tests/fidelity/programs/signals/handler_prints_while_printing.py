import signal

count = 0


def handler(number, frame):
    global count
    count += 1


signal.signal(signal.SIGALRM, handler)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
for i in range(3000):
    print("line", i)
signal.setitimer(signal.ITIMER_REAL, 0)
print("handled", count > 0)
