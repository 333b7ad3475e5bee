# fidelity: run=script,c
import decimal
import json
import os
import sys

print([name for name in vars(json) if name.startswith("x_")], decimal.getcontext().prec)
print("warm" in repr(vars(os).get("warm")), sys.argv[1:], sys.warnoptions, sys._xoptions)
