# fidelity: run=script,c
bytearray(1 << 62)
