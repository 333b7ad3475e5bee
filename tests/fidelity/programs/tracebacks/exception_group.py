# fidelity: run=script,c
def f():
    raise TypeError("inner")


errors = []
for call in (f, lambda: 1 / 0):
    try:
        call()
    except Exception as error:
        errors.append(error)
raise ExceptionGroup("many", [*errors, ExceptionGroup("nested", [ValueError(1)])])
