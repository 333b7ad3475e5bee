# fidelity: run=script,c
import warnings

print([(action, category.__name__, module) for action, _, category, module, _ in warnings.filters])
