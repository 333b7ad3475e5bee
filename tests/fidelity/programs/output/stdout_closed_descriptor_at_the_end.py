import os

print("lost", end="")
os.close(1)
