import atexit
import logging

logging.basicConfig(format="%(message)s")
atexit.register(logging.warning, "at exit")
print("end")
