import sqlite3

db = sqlite3.connect(":memory:")
db.execute("create table t (a, b)")
db.executemany("insert into t values (?, ?)", [(1, "x"), (2, None)])
print(db.execute("select * from t order by a").fetchall(), db.total_changes)
