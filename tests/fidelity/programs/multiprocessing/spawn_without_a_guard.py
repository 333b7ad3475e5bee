import multiprocessing as mp

child = mp.get_context("spawn").Process(target=print, args=("x",))
child.start()
child.join()
print("exit code", child.exitcode)
