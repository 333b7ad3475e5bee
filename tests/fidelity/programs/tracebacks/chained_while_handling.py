# fidelity: run=script,c
try:
    1 / 0
except ZeroDivisionError:
    [][1]
