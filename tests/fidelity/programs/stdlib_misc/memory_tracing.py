import tracemalloc

print(tracemalloc.is_tracing())
tracemalloc.start()
x = [bytes(1000) for _ in range(10)]
print(tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(True, __file__)]).traces != [])
