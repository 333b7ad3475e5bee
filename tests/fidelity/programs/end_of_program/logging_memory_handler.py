# fidelity: run=script,c
import logging
import logging.handlers
import sys

log = logging.getLogger("x")
log.addHandler(logging.handlers.MemoryHandler(100, target=logging.StreamHandler(sys.stdout)))
log.warning("buffered")
