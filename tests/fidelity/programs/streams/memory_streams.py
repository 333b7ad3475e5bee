import io

text = io.TextIOWrapper(io.BytesIO(b"a\r\nb\rc"), newline=None)
print(text.readlines(), text.newlines)
b = io.BufferedRandom(io.BytesIO(b"hello"))
b.seek(2)
b.write(b"L")
b.seek(0)
print(b.read(), b.peek(1))
