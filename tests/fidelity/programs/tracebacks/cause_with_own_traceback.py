def make():
    try:
        int("x")
    except ValueError as error:
        return error


raise RuntimeError("outer") from make()
