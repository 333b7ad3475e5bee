import logging
import warnings

warnings.showwarning = warnings.warn = warnings.filters = None
logging.raiseExceptions = False
logging.shutdown = None
print("hi")
