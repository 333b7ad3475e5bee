import sys

for stream in (sys.stdin, sys.stdout, sys.stderr):
    print(type(stream).__name__, type(stream.buffer).__name__, type(stream.buffer.raw).__name__)
    print(stream.buffer.name, stream.buffer.mode, stream.buffer.raw.name, stream.buffer.raw.mode)
    print(stream.buffer.raw.closefd, stream.closed, stream.newlines, stream.write_through)
print(sys.stdout is sys.__stdout__, sys.stderr is sys.__stderr__, sys.stdin is sys.__stdin__)
