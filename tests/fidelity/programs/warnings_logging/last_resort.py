# fidelity: run=script,c
import logging

logging.getLogger("x").warning("without a handler")
logging.getLogger("x").info("not shown")
