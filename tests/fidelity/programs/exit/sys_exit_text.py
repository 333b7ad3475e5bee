# fidelity: run=script,c,stdin
import sys

sys.exit("a message")
