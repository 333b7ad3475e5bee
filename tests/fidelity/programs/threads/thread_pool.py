import concurrent.futures

with concurrent.futures.ThreadPoolExecutor(4) as pool:
    print(list(pool.map(lambda x: x * x, range(10))))
    future = pool.submit(lambda: 1 / 0)
    print(type(future.exception()).__name__)
