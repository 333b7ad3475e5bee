x = {}
x["me"] = x
print(x)
x
