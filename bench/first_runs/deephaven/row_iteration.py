import collections
import json
import statistics

from deephaven import empty_table

rides = empty_table(300).update([
    "Bike = 1000 + i % 9",
    "Minutes = 5 + (i * 31) % 55",
    "Weekend = i % 7 >= 5",
    "Start = '2024-08-01T06:00:00Z' + (long)(i * 17 * MINUTE)",
])
per_bike = collections.defaultdict(list)
for ride in rides.iter_dict(cols=["Bike", "Minutes"]):
    per_bike[ride["Bike"]].append(ride["Minutes"])
longest = max(rides.iter_tuple(), key=lambda ride: (ride.Minutes, ride.Start))
chunks = sum(int(c["Minutes"].sum()) for c in rides.iter_chunk_dict(cols=["Minutes"], chunk_size=64))
summary = {str(bike): statistics.median(m) for bike, m in per_bike.items()}
assert chunks == sum(map(sum, per_bike.values())) and len(summary) == 9
print(json.dumps(summary, sort_keys=True), longest.Bike, longest.Start)
