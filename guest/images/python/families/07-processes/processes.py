# Other programs, threads, pools, coroutines.
import asyncio
import concurrent.futures
import queue
import subprocess
import sys
import threading

print(subprocess.run(["echo", "hello"], capture_output=True, text=True).stdout, subprocess.check_output("echo $((1 + 1))", shell=True))
with concurrent.futures.ThreadPoolExecutor(2) as pool:
    print(list(pool.map(lambda n: n * n, range(4))), pool.submit(pow, 2, 3).result())
lock, results = threading.Lock(), queue.Queue()


def work(n):
    with lock:
        results.put(n)


threads = [threading.Thread(target=work, args=(n,)) for n in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(results.qsize(), threading.current_thread().name)


async def one(n):
    await asyncio.sleep(0.001)
    return n


async def several():
    return await asyncio.gather(one(1), one(2)), await asyncio.wait_for(one(3), 1)


print(asyncio.run(several()), sys.version_info[:2])
