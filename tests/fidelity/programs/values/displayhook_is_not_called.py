# fidelity: run=script,c
import sys

sys.displayhook = lambda value: print("hook", value)
1 + 1
