import os

try:
    open(1, "w", 0, closefd=False)
except ValueError as error:
    print(error, flush=True)
out = os.fdopen(os.dup(1), "wb", 0)
out.write(b"unbuffered\n")
