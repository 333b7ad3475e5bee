# fidelity: run=script,c,stdin
try:
    1 / 0
except ZeroDivisionError as error:
    raise KeyError("k") from error
