# fidelity: run=script,c
import gc

print(gc.isenabled(), gc.get_threshold(), gc.get_debug(), gc.callbacks, len(gc.garbage))
