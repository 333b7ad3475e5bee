# fidelity: run=script,c
import logging

logging.warning("where", stack_info=True)
