# fidelity: run=script,c
value = 5
import __main__  # noqa: E402

print(__main__.value, __main__.__name__)
