import tempfile

with tempfile.TemporaryFile("w+") as f:
    print("one", "two", "three", sep="\n", file=f)
    f.seek(4)
    print(f.readline(), f.tell(), f.read())
