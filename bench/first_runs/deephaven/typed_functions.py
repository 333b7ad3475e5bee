import math
from typing import Optional

import numpy as np

from deephaven import empty_table

def distance(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    p, q = math.radians(lat1), math.radians(lat2)
    a = math.sin((q - p) / 2) ** 2
    a += math.cos(p) * math.cos(q) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return 12742 * math.asin(math.sqrt(a))

def label(km: np.float64, near: Optional[bool]) -> str:
    return f"{km:.0f} km" if near else "far"

def digits(n: int) -> np.ndarray[np.int64]:
    return np.array([int(c) for c in str(n)])

trips = empty_table(200).update(["Lat = 40 + i * 0.05", "Lon = -3.7 - i * 0.02"]).update([
    "Km = distance(40.0, -3.7, Lat, Lon)", "Text = label(Km, Km < 500)", "Digits = digits(i * 37)"])
far = trips.where("Text == `far`")
print(far.size, trips.update("S = sum(Digits)").tail(2).view(["Text", "S"]).to_string())
assert trips.definition["Km"].data_type.j_name == "double" and far.size == 113, far.size
