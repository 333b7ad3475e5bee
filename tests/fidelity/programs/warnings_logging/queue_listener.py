import logging
import logging.handlers
import queue
import sys

q = queue.Queue()
listener = logging.handlers.QueueListener(q, logging.StreamHandler(sys.stdout))
listener.start()
logging.getLogger().addHandler(logging.handlers.QueueHandler(q))
logging.warning("through a queue")
listener.stop()
