import calendar
import enum
import functools
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

class Kind(enum.Enum):
    CALL = "call"
    VISIT = "visit"

@functools.total_ordering
@dataclass(frozen=True)
class Appointment:
    start: datetime
    kind: Kind
    length: timedelta = timedelta(minutes=45)

    def __lt__(self, other):
        return self.start < other.start

berlin = datetime(2024, 3, 30, 23, 30, tzinfo=ZoneInfo("Europe/Berlin"))
plan = [Appointment(berlin + timedelta(hours=3 * n), list(Kind)[n % 2]) for n in range(6)][::-1]
moved = replace(min(plan), length=timedelta(hours=2))
utc = [a.start.astimezone(timezone.utc).strftime("%a %d %b %H:%M") for a in sorted(plan)]
assert utc[0] == "Sat 30 Mar 22:30" and moved.kind is Kind.CALL and max(plan) > moved
print(utc, asdict(moved)["length"], calendar.monthrange(2024, 2))
print(datetime.strptime("2024-W09-3", "%G-W%V-%u").date(), calendar.month(2024, 2))
