import os

print("printed", end="")
os.write(1, b"written\n")
