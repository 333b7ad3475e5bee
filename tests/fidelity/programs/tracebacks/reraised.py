# fidelity: run=script,c
def f():
    try:
        1 / 0
    except ZeroDivisionError:
        print("cleaning")
        raise


f()
