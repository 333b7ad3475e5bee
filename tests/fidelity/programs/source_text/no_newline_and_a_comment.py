print("a")
# the end