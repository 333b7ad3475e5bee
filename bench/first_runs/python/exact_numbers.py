import decimal
import fractions
import math
import statistics
from decimal import Decimal

with decimal.localcontext() as context:
    context.prec = 60
    root = Decimal(2).sqrt()
    interest = Decimal("1000") * (1 + Decimal("0.035") / 12) ** 120
harmonic = sum(fractions.Fraction(1, n) for n in range(1, 40))
sample = [math.sin(n) * 10 for n in range(1_000)]
quarters = statistics.quantiles(sample, n=4)
slope, intercept = statistics.linear_regression(range(1_000), sample)
print(root, interest.quantize(Decimal("0.01"), rounding=decimal.ROUND_HALF_EVEN))
print(harmonic.limit_denominator(1_000), [f"{q:+.3f}" for q in quarters], f"{slope:.2e}")
assert math.comb(40, 20) == 137846528820 and math.isclose(statistics.fmean(sample), 0.0081, abs_tol=0.01)
print(statistics.NormalDist.from_samples(sample).cdf(0) > 0.4, f"{math.factorial(30):,}")
