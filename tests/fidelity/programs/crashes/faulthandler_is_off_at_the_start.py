# fidelity: run=script,c
import faulthandler

print(faulthandler.is_enabled())
