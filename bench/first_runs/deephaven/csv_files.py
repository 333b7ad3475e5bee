import os
import tempfile

from deephaven import dtypes as dht, read_csv, write_csv

TEXT = """name,score,joined,member
Ann,12.5,2021-04-01T00:00:00Z,true
Bob,,2022-05-02T12:30:00Z,false
"Cid, Jr",7,2020-01-31T08:00:00Z,true
"""
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "people.csv")
    with open(path, "w") as out:
        out.write(TEXT)
    people = read_csv(path)
    typed = read_csv(path, header={"name": dht.string, "score": dht.float32,
                                   "joined": dht.Instant, "member": dht.bool_})
    members = people.where("member").update("Points = isNull(score) ? 0 : score * 10")
    write_csv(members.sort("name"), path, cols=["name", "Points"])
    written = open(path).read()
print(typed.definition["score"].data_type, people.to_string())
assert written.splitlines() == ["name,Points", "Ann,125.0", '"Cid, Jr",70.0'], written
