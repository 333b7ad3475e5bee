import queue
import threading

q = queue.Queue()


def work():
    while (item := q.get()) is not None:
        print("got", item)


thread = threading.Thread(target=work)
thread.start()
for i in range(3):
    q.put(i)
q.put(None)
thread.join()
