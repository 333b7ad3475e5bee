# fidelity: run=script,c
import signal

print("waiting", flush=True)
signal.setitimer(signal.ITIMER_REAL, 0.05)
signal.pause()
