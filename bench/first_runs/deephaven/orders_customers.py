from deephaven import new_table
from deephaven.column import double_col, int_col, long_col, string_col

customers = new_table([
    long_col("CustomerId", [101, 102, 103, 104]),
    string_col("Name", ["Ines", "Bao", "Tariq", "Olga"]),
    string_col("Country", ["PT", "VN", "PK", "UA"]),
])
orders = new_table([
    int_col("OrderNo", [1, 2, 3, 4, 5, 6]),
    long_col("CustomerId", [103, 101, 101, 999, 104, 103]),
    double_col("Total", [20.5, 13.0, 8.25, 77.0, 5.0, 40.0]),
])
joined = orders.natural_join(customers, on="CustomerId", joins=["Name", "Country"])
unknown = joined.where("isNull(Name)").size
known = orders.where_in(customers, "CustomerId").exact_join(customers, on="CustomerId")
spent = known.view(["Name", "Total"]).sum_by("Name").sort_descending("Total")
idle = customers.where_not_in(orders, "CustomerId")
assert unknown == 1 and idle.size == 1
assert [row["Name"] for row in spent.iter_dict()] == ["Tariq", "Ines", "Olga"]
print(spent.to_string(), idle.to_string(cols="Name"))
