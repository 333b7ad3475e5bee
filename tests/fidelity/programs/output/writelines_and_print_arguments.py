import sys

sys.stdout.writelines(["a", "b\n", "c\n"])
print(1, 2, 3, sep="-", end="!\n")
print(*[], sep="x")
print("a\nb", "c", sep="\n")
print(None, True, 1.0, 1j, b"x", ...)
