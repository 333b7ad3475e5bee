import threading

threads = [threading.Thread(target=lambda: print("x" * 50)) for _ in range(50)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
