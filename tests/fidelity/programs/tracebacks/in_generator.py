def numbers():
    yield 1
    raise ValueError("in the generator")


list(numbers())
