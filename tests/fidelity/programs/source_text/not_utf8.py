print("a")
print("é")
