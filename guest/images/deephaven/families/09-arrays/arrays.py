# Arrays in columns.
from deephaven import empty_table

table = empty_table(24).update(["Key = i % 3", "N = i", "X = i * 0.5", "S = `s` + i"])
grouped = table.group_by("Key").update([
    "Sum = sum(N)", "Mean = avg(X)", "Count = count(N)", "First = N[0]", "Last = S[S.size() - 1]",
    "Part = N.subVector(1, 3)", "Low = min(N)", "High = max(X)", "Spread = std(X)", "Sorted = sortDescending(N)",
    "Total = cumsum(N)", "Twice = N * 2", "Native = N.toArray()", "Own = new int[]{1, 2, Key}", "W = wavg(N, X)",
])
print(grouped.to_string(), grouped.view(["Key", "Twice", "N"]).ungroup().size)
shifted = table.update(["Before = N_[i - 1]", "After = X_[i + 1]", "Range = max(X_.subVector(i - 2, i))"])
print(shifted.to_string(num_rows=3))
