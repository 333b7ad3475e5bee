import os

print("printed first")
os.write(1, b"written second\n")
