x = 5

print(x, 1/0)