import os

print("first", flush=True)
os.execv("/usr/bin/python3", ["python3", "-c", "import sys; print('second'); sys.exit(4)"])
