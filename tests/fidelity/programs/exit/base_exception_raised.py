class Odd(BaseException):
    pass


raise Odd(1, "two")
