# SQL, where the server has it.
from deephaven import empty_table
from deephaven.experimental import sql

orders = empty_table(30).update(["Id = i", "Customer = i % 4", "Amount = i * 2.5"])
customers = empty_table(4).update(["Customer = i", "Name = `c` + i"])
total = sql.evaluate("SELECT Name, SUM(Amount) AS Total FROM orders INNER JOIN customers ON orders.Customer = customers.Customer GROUP BY Name")
print(total.to_string(), sql.evaluate("SELECT Id, Amount FROM orders WHERE Amount > 20 ORDER BY Id LIMIT 3").to_string())
