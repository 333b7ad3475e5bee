# fidelity: run=script,c
import concurrent.futures


def f():
    return {}["missing"]


with concurrent.futures.ThreadPoolExecutor() as pool:
    future = pool.submit(f)
    concurrent.futures.wait([future])
    future.result()
