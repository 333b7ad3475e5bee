# Partitioned tables, trees and rollups.
from deephaven import agg, empty_table
from deephaven.execution_context import get_exec_ctx

context = get_exec_ctx()


def doubled(part):
    with context:
        return part.update("Twice = Value * 2")


table = empty_table(90).update(["Key = `k` + (i % 3)", "Sub = i % 5", "Value = i * 0.5"])
parts = table.partition_by("Key")
print(parts.key_columns, parts.table.size, parts.get_constituent("k1").size, parts.constituent_tables[0].size)
print(parts.transform(doubled).merge().to_string(num_rows=2), parts.proxy().where("Sub > 1").target.merge().size)
print(table.partitioned_agg_by([agg.partition("Part")], by="Key").table.size)
rollup = table.rollup(aggs=[agg.sum_("Value"), agg.count_("N")], by=["Key", "Sub"], include_constituents=True)
tree = empty_table(10).update(["Id = i", "Parent = i == 0 ? NULL_INT : (int)(i / 3)"]).tree("Id", "Parent")
print(type(rollup).__name__, type(tree).__name__)
