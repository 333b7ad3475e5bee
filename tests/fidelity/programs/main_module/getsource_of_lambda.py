import inspect

double = lambda x: x * 2  # noqa: E731
print(inspect.getsource(double), end="")
print(inspect.getcomments(double), inspect.signature(double))
