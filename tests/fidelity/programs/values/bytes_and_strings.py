# fidelity: run=script,c
print(b"\x00\xff'\"", "tab\t'q'\"", r"\n", "é".encode(), bytes(3), bytearray(b"x"))
print(repr("\u200b\x7f\xad"), ascii("é"), "ß".upper(), "İ".lower().encode())
