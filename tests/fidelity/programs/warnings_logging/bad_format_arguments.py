# fidelity: run=script,c
import logging

logging.warning("%d", "x")
print("end")
