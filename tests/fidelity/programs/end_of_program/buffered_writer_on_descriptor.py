import os

out = os.fdopen(os.dup(1), "wb")
out.write(b"buffered bytes\n")
