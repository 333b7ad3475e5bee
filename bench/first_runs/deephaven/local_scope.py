from deephaven import empty_table
from deephaven.execution_context import get_exec_ctx, make_user_exec_ctx

base = 100

def tiers(limits, factor):
    names = [f"tier{n}" for n in range(len(limits))]
    low, high = min(limits), max(limits)
    table = empty_table(50).update(["V = i * factor", "In = V >= low && V <= high && V != base"])
    return {name: table.where(["In", "V <= limit"]).size for name, limit in zip(names, limits)}

def nested(depth):
    offset = depth * 10
    if depth:
        return nested(depth - 1) + empty_table(1).update("X = offset + base").iter_dict().__next__()["X"]
    return 0

with make_user_exec_ctx():
    counts = tiers([30, 60, 120], 4)
assert counts == {"tier0": 0, "tier1": 8, "tier2": 22}, counts
assert nested(3) == 360 and get_exec_ctx() is not None
print(counts)
