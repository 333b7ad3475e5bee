from deephaven import DHError, empty_table, new_table
from deephaven.column import int_col

def fails(n: int) -> int:
    return 10 // (n - 2)

table = empty_table(5).update("A = i")
attempts = {
    "syntax": lambda: table.update("B = A +* 2"),
    "unknown column": lambda: table.where("Missing > 3"),
    "type": lambda: table.update("B = `text` - A"),
    "python": lambda: table.update("B = fails(A)"),
    "join": lambda: table.exact_join(new_table([int_col("A", [1, 1])]).update("Z = i"), on="A"),
}
caught = []
for name, attempt in attempts.items():
    try:
        attempt()
    except DHError as error:
        caught.append(name)
        print(name, "->", str(error).splitlines()[0][:80])
assert caught == list(attempts), caught
