import io
import sys

sys.stdin = io.StringIO("one\ntwo\n")
print(input("> "), input(), sys.stdin.readline())
