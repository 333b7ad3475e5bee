# fidelity: run=script,c
import gzip
import sys

f = gzip.GzipFile(fileobj=sys.stdout.buffer, mode="wb", mtime=0)
f.write(b"hello")
