from dataclasses import dataclass, field

from deephaven import new_table
from deephaven.column import int_col, string_col

@dataclass
class Warehouse:
    moves: list = field(default_factory=list)

    def move(self, item, amount):
        self.moves.append((item, amount))
        return self

    def table(self):
        items, amounts = zip(*self.moves)
        return new_table([string_col("Item", items), int_col("Amount", amounts)])

    def stock(self, minimum=0):
        return self.table().sum_by("Item").where("Amount > minimum").sort("Item")

store = Warehouse().move("tape", 30).move("glue", 4).move("tape", -12).move("rope", 2).move("glue", -4)
full = {row.Item: row.Amount for row in store.stock().iter_tuple()}
ways = store.table().update("Way = Amount > 0 ? `in` : `out`").view(["Way", "Amount"]).abs_sum_by("Way")
assert full == {"rope": 2, "tape": 18} and store.stock(minimum=10).size == 1
print(full, ways.to_string())
