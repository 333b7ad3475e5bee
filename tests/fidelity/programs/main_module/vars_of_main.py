import __main__

x = 1
print([name for name in vars(__main__) if not name.startswith("__")])
print(__main__.x, dir() == sorted(vars(__main__)))
