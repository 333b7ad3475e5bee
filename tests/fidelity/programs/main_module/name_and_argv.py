# fidelity: run=script,c,stdin argv=a,--flag,-c,x=1
import os
import sys

print(__name__, sys.argv[1:], os.path.basename(sys.argv[0]))
