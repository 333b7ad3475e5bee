class Mine(SyntaxError):
    pass


raise Mine("mine", ("a_file.py", 1, 2, "text", 1, 4))
