# fidelity: run=script,c,stdin
import warnings

warnings.warn("old", stacklevel=2)
