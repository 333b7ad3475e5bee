try:
    raise ValueError("first")
except ValueError as error:
    raise SystemExit(9) from error
