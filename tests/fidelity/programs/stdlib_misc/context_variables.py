# fidelity: run=script,c
import contextvars

print(list(contextvars.copy_context()))
