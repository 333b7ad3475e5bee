from deephaven import empty_table, new_table
from deephaven.column import int_col, string_col
from deephaven.experimental import sql

stock = empty_table(40).update(["Part = i % 5", "Pieces = i * 3", "Price = 1.5 * (i % 4)"])
parts = new_table([int_col("Part", [0, 1, 2, 3, 4]),
                   string_col("Label", ["bolt", "nut", "gear", "belt", "cog"])])
report = sql.evaluate("""
    SELECT parts.Label, SUM(stock.Pieces) AS Total, COUNT(*) AS N
    FROM stock INNER JOIN parts ON stock.Part = parts.Part
    WHERE stock.Price > 1
    GROUP BY parts.Label
    ORDER BY parts.Label
""")
few = sql.evaluate("SELECT Part, Pieces FROM stock WHERE Pieces > 100 AND Part <> 2")
assert report.size == 5 and few.size == 5, (report.size, few.size)
print(report.to_string(), few.to_string())
