# fidelity: run=script,c
import warnings

warnings.simplefilter("always")
exec("x = '\\d'")
