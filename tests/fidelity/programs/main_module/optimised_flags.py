# fidelity: run=script,c
import sys

assert True
print(__debug__, sys.flags.optimize, sys.flags.debug, sys.flags.interactive, sys.flags.inspect)
print(sys.flags.no_site, sys.flags.verbose, sys.flags.quiet, sys.flags.dev_mode, sys.flags.utf8_mode)
