import contextlib
import sqlite3

with contextlib.closing(sqlite3.connect(":memory:")) as db:
    db.row_factory = sqlite3.Row
    db.executescript("""
        CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE book (title TEXT, author INTEGER REFERENCES author, year INT, price REAL);
        CREATE INDEX by_year ON book (year);
    """)
    db.executemany("INSERT INTO author (name) VALUES (?)", [("Lem",), ("Le Guin",), ("Calvino",)])
    db.executemany("INSERT INTO book VALUES (?, ?, ?, ?)",
                   [(f"Volume {n}", 1 + n % 3, 1950 + n % 40, n * 0.75) for n in range(300)])
    db.create_function("decade", 1, lambda year: year // 10 * 10)
    rows = db.execute("""
        SELECT decade(year) AS decade, name, COUNT(*) AS n, ROUND(AVG(price), 2) AS mean
        FROM book JOIN author ON author.id = book.author
        GROUP BY 1, 2 HAVING n > 5 ORDER BY 1, 2""").fetchall()
    try:
        db.execute("INSERT INTO author (name) VALUES ('Lem')")
    except sqlite3.IntegrityError as error:
        print("refused:", error)
assert sum(row["n"] for row in rows) == 300
print([tuple(row) for row in rows[:3]])
