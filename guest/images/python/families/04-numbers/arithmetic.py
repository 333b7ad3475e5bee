# Numbers.
import decimal
import fractions
import math
import random
import statistics

print(math.sqrt(2), math.factorial(20), math.gcd(12, 18), math.isclose(0.1 + 0.2, 0.3), round(2.675, 2), divmod(17, 5), 2**100)
print(decimal.Decimal("1.10") + decimal.Decimal("2.205"), decimal.Decimal("7").quantize(decimal.Decimal("0.01")), fractions.Fraction(1, 3) + 1)
print(statistics.mean([1, 2, 3, 4]), statistics.median([3, 1, 2]), statistics.stdev([1, 2, 3, 4]), statistics.quantiles(range(9)))
chooser = random.Random(7)
print(chooser.random(), chooser.randint(1, 6), chooser.choice("abc"), chooser.sample(range(9), 3), chooser.gauss(0, 1))
primes = [n for n in range(2, 200) if all(n % d for d in range(2, int(n**0.5) + 1))]
print(sum(primes), complex(1, 2) * 1j, int("ff", 16), hex(255), float("inf"), sum(n * n for n in range(1000)))
