# fidelity: run=script,c,stdin
import atexit

atexit.register(print, "registered first")
atexit.register(print, "registered second")
atexit.register(lambda *a, **k: print(a, k), 1, two=2)
print("end")
