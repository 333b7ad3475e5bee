import logging
import os
import tempfile

place = os.path.join(tempfile.mkdtemp(), "log")
handler = logging.FileHandler(place)
handler.setFormatter(logging.Formatter("%(levelname)s:%(processName)s:%(threadName)s:%(message)s"))
logging.getLogger().addHandler(handler)
logging.error("to the file")
print(open(place).read(), end="")
