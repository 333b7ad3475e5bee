# fidelity: run=script,c
print(0.1 + 0.2, 1e308 * 10, -0.0, float("nan"), 1 / 3, 5e-324, 2.0**0.5)
print((0.1).hex(), round(2.5), round(-0.5), 7 // -2, -7 % 3, divmod(-7, 2))
