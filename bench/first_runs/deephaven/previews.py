from deephaven import empty_table
from deephaven.html import to_html

big = empty_table(100_000).update_view([
    "Row = ii",
    "Hex = Long.toHexString(ii * 2654435761L)",
    "Even = ii % 2 == 0",
    "Root = Math.sqrt(ii)",
])
print(big.to_string())
print(big.tail(3).to_string(cols=["Row", "Hex"]))
print(big.slice(500, 503).to_string(num_rows=2))
for column in big.columns:
    print(column.name, column.data_type, column.column_type)
styled = big.head(4).format_columns("Root = Decimal(`0.000`)").layout_hints(front="Root", freeze="Row")
page = to_html(styled.view(["Row", "Even"]))
assert page.count("<tr>") == 5, page
print(big.meta_table.view(["Name", "DataType"]).to_string(), big.is_flat)
