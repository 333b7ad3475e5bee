# fidelity: run=script,c
import os

try:
    print(os.waitpid(-1, os.WNOHANG))
except ChildProcessError as error:
    print(error)
