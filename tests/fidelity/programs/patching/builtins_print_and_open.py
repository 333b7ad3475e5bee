import builtins

builtins.print, say = (lambda *a: None), print
builtins.open = builtins.repr = builtins.len = builtins.isinstance = None
print("hidden")
say("shown")
