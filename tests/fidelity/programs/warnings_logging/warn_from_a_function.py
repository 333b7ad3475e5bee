# fidelity: run=script,c
import warnings


def f():
    warnings.warn("deprecated by f", DeprecationWarning, stacklevel=2)
    warnings.warn("pending", PendingDeprecationWarning)
    warnings.warn("future", FutureWarning)


f()
