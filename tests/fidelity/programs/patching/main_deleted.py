import sys

del sys.modules["__main__"]
print("hi")
raise ValueError("x")
