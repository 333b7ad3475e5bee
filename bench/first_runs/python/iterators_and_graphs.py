import bisect
import functools
import heapq
import itertools
import random
from graphlib import TopologicalSorter

@functools.lru_cache(maxsize=None)
def ways(n):
    return 1 if n < 2 else ways(n - 1) + ways(n - 2)

def shortest(graph, start):
    best, heap = {}, [(0, start)]
    while heap:
        cost, node = heapq.heappop(heap)
        if best.setdefault(node, cost) == cost:
            for nearby, more in graph.get(node, {}).items():
                heapq.heappush(heap, (cost + more, nearby))
    return best

draw = random.Random(5)
graph = {n: {draw.randrange(200): draw.randint(1, 9) for _ in range(4)} for n in range(200)}
costs = shortest(graph, 0)
runs = [(k, len(list(g))) for k, g in itertools.groupby(sorted(costs.values()))]
pairs = sum(a * b for a, b in itertools.combinations(range(20), 2))
order = list(TopologicalSorter({"wear": {"dry"}, "dry": {"wash"}, "wash": {"buy"}}).static_order())
assert ways(80) == 37889062373143906 and order[0] == "buy" and pairs == 16815
print(runs[:4], bisect.bisect(sorted(costs.values()), 10), list(itertools.accumulate(range(6))))
