import logging
import warnings

logging.basicConfig(format="%(name)s %(levelname)s")
logging.captureWarnings(True)
warnings.warn("into the log")
