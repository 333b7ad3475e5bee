# fidelity: run=script,c
import sys

print(sys.getsizeof([]), sys.getsizeof(""), sys.intern("a") is sys.intern("a"))
print(sys.getrefcount(object()), sys.is_finalizing(), sys.exc_info())
