x = "a bcd"
print(ascii(x))
1 / 0
