from deephaven import empty_table, new_table
from deephaven.column import datetime_col, double_col, string_col

quotes = empty_table(300).update([
    "Stamp = '2025-03-10T14:30:00Z' + (long)(i * 2 * SECOND)",
    "Ticker = i % 2 == 0 ? `ACME` : `ZORG`",
    "Bid = 50 + (i % 17) * 0.25",
    "Ask = Bid + 0.5",
])
trades = new_table([
    datetime_col("Stamp", ["2025-03-10T14:30:05Z", "2025-03-10T14:33:21Z", "2025-03-10T14:29:00Z"]),
    string_col("Ticker", ["ACME", "ZORG", "ACME"]),
    double_col("Price", [50.75, 53.0, 49.5]),
])
priced = trades.aj(quotes, on=["Ticker", "Stamp"], joins=["Bid", "Ask", "Quoted = Stamp"])
after = trades.raj(quotes, on=["Ticker", "Stamp"], joins="NextBid = Bid")
result = priced.update(["Mid = (Bid + Ask) / 2", "Age = (Stamp - Quoted) / SECOND"])
assert result.where("isNull(Mid)").size == 1
assert after.where("!isNull(NextBid)").size == 3
print(result.to_string())
