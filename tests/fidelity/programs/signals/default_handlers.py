# fidelity: run=script,c
import signal

for number in sorted(signal.valid_signals()):
    if number not in (32, 33):
        handler = signal.getsignal(number)
        if handler is not signal.SIG_DFL:
            print(number, getattr(handler, "__name__", handler))
print(signal.pthread_sigmask(signal.SIG_BLOCK, []))
