# fidelity: run=script,c,stdin
import warnings

for _ in range(2):
    warnings.warn("old")
