import builtins

builtins.repr = builtins.str = builtins.print = builtins.type = None
raise ValueError("x")
