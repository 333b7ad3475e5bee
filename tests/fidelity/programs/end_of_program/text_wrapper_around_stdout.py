import io
import sys

out = io.TextIOWrapper(sys.stdout.buffer, "utf-8", write_through=False)
out.write("wrapped")
