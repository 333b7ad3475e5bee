print("a")

print("b")
