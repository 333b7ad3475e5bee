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
    # With names: those that asyncio makes are numbered, and a program counts from one.
    make = asyncio.get_running_loop().create_task
    tasks = [make(one(n), name=f"warm-up {n}") for n in range(3)]
    return await asyncio.gather(*tasks[:2]), await asyncio.wait_for(tasks[2], 1)


loop = asyncio.new_event_loop()
print(loop.run_until_complete(loop.create_task(several(), name="warm-up")), sys.version_info[:2])
loop.close()
