# fidelity: run=script,c
import warnings

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    warnings.warn("recorded")
print([str(w.message) for w in caught])
warnings.simplefilter("error")
warnings.warn("raised")
