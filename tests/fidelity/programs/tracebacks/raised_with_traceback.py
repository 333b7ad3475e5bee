try:
    1 / 0
except ZeroDivisionError as error:
    saved = error.__traceback__
raise ValueError("with another's traceback").with_traceback(saved)
