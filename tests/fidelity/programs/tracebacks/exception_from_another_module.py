# fidelity: run=script,c
import decimal

decimal.Decimal(1) / 0
