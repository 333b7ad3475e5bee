import faulthandler
import time

faulthandler.dump_traceback_later(0.3, exit=True)
time.sleep(5)
