import concurrent.futures
import time

pool = concurrent.futures.ThreadPoolExecutor(2)
pool.submit(lambda: (time.sleep(1), print("pool")))
print("end")
