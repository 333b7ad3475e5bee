# fidelity: run=script,c
import decimal
import locale

print(decimal.getcontext(), decimal.Decimal(1) / 3)
print(locale.setlocale(locale.LC_NUMERIC), f"{1234567.891:.2f}")
