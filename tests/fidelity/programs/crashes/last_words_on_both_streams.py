import os
import signal
import sys

sys.stderr.write("no newline")
sys.stdout.write("flushed")
sys.stdout.flush()
os.kill(os.getpid(), signal.SIGABRT)
