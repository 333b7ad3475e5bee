from deephaven import empty_table

sales = empty_table(600).update([
    "Branch = new String[]{`north`, `south`, `east`, `west`}[i % 4]",
    "Clerk = (byte)(i % 5)",
    "Amount = (i * 7919L) % 1000",
])
by_branch = sales.partition_by("Branch")
south = by_branch.get_constituent("south").where("Amount > 900")
best = by_branch.transform(lambda t: t.sort_descending("Amount").head(2))
proxied = by_branch.proxy().where("Clerk == 1").update("Share = Amount / 1000.0").target
assert [str(k) for k in by_branch.key_columns] == ["Branch"]
assert len(by_branch.constituent_tables) == 4 and best.merge().size == 8
totals = {row.Branch: row.Amount
          for row in proxied.merge().view(["Branch", "Amount"]).sum_by("Branch").iter_tuple()}
print(totals, south.size)
print(best.merge().to_string(), by_branch.keys().to_string())
