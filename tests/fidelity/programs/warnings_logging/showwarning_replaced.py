import warnings

warnings.showwarning = lambda message, category, *rest: print(category.__name__, message)
warnings.warn("shown so")
