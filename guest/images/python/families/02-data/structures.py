# Collections, classes, functions over them.
import bisect
import collections
import copy
import dataclasses
import enum
import functools
import heapq
import itertools
import operator
import typing


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


@dataclasses.dataclass(order=True)
class Point:
    x: int
    y: int = 0
    tags: list = dataclasses.field(default_factory=list)


Pair = collections.namedtuple("Pair", "left right")


class Base:
    def __init__(self, n):
        self._n = n

    @property
    def n(self):
        return self._n

    def __repr__(self):
        return f"{type(self).__name__}({self.n})"


class Derived(Base):
    @functools.lru_cache(maxsize=8)
    def twice(self):
        return super().n * 2


counts = collections.Counter("mississippi")
groups = collections.defaultdict(list)
for word in ["apple", "bob", "avocado"]:
    groups[word[0]].append(word)
queue = collections.deque([1, 2, 3], maxlen=3)
queue.append(4)
heap = [5, 1, 4]
heapq.heapify(heap)
print(counts.most_common(2), dict(groups), list(queue), heapq.heappop(heap), bisect.bisect([1, 3, 5], 4))
print(Colour.RED, Colour["BLUE"].value, sorted([Point(2, 1), Point(1)]), dataclasses.asdict(Point(1)), Pair(1, 2)._asdict())
print(list(itertools.chain([1], [2])), list(itertools.combinations("abc", 2)), list(itertools.islice(itertools.count(), 3)))
print([(k, list(g)) for k, g in itertools.groupby([1, 1, 2])], functools.reduce(operator.add, [1, 2, 3]), copy.deepcopy({"a": [1]}))
print(Derived(3), Derived(3).twice(), {n: n * n for n in range(3)}, {*"aab"}, [*map(str, range(3))], any([0, 1]), max([3, 1], key=lambda n: -n))
print(collections.OrderedDict(a=1), typing.Optional[int], list(zip("ab", [1, 2])), dict(enumerate("ab")), sorted(groups.items(), key=operator.itemgetter(0)))
match Point(1, 2):
    case Point(x=1, y=y):
        print("matched", y)
