print("a")
print("b")
x = "c"print(x)
