# fidelity: run=script,c
space = {}
exec(compile("def f():\n    return __name__\n", "<made>", "exec"), space)
space["__name__"] = "elsewhere"
print(space["f"]())
print(eval("1 + 1"), eval("__name__"))
exec("y = 3")
print(y)  # noqa: F821
