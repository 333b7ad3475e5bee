import concurrent.futures
import queue
import threading

def primes(low, high):
    return sum(all(n % d for d in range(2, int(n ** 0.5) + 1)) for n in range(max(low, 2), high))

with concurrent.futures.ThreadPoolExecutor(max_workers=4) as pool:
    futures = {pool.submit(primes, n, n + 500): n for n in range(0, 4_000, 500)}
    found = {futures[done]: done.result() for done in concurrent.futures.as_completed(futures)}
jobs, results, lock = queue.Queue(), [], threading.Lock()

def worker():
    while (job := jobs.get()) is not None:
        with lock:
            results.append(job * job)

threads = [threading.Thread(target=worker) for _ in range(3)]
for thread in threads:
    thread.start()
for job in [*range(20), None, None, None]:
    jobs.put(job)
for thread in threads:
    thread.join()
assert sum(found.values()) == 550 and sorted(results) == [n * n for n in range(20)]
print(sorted(found.items()))
