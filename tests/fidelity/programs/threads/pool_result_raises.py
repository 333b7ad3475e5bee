# fidelity: run=script,c
import concurrent.futures


def f():
    return {}["missing"]


with concurrent.futures.ThreadPoolExecutor() as pool:
    pool.submit(f).result()
