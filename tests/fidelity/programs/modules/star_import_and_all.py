# fidelity: run=script,c
from math import *

print(floor(pi), "os" in globals())
