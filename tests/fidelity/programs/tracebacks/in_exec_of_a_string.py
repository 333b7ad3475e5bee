# fidelity: run=script,c
exec("\n" * 6 + "1 / 0")
