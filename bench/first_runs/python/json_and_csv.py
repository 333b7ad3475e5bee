import csv
import io
import json
from datetime import date, timedelta

people = [{"name": f"user {n}", "born": (date(1990, 1, 31) + timedelta(days=97 * n)).isoformat(),
           "tags": ["a", "ü", None][: n % 4], "score": n / 7} for n in range(50)]
text = json.dumps(people, ensure_ascii=False, indent=2)
back = json.loads(text, parse_float=lambda s: round(float(s), 3))
sheet = io.StringIO()
writer = csv.DictWriter(sheet, fieldnames=["name", "born", "score"], extrasaction="ignore")
writer.writeheader()
writer.writerows(back)
sheet.seek(0)
rows = [row for row in csv.DictReader(sheet) if date.fromisoformat(row["born"]).year > 1999]
assert len(rows) == 12, len(rows)
print(rows[0], json.dumps(rows[-1], sort_keys=True))
