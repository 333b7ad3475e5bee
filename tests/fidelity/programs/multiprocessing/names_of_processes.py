# fidelity: run=script,c
import multiprocessing as mp


def f():
    print(mp.current_process().name, mp.parent_process().name, flush=True)


if __name__ == "__main__":
    print(mp.current_process().name, mp.parent_process(), mp.active_children(), flush=True)
    print(mp.get_start_method(), mp.get_all_start_methods(), flush=True)
    child = mp.Process(target=f)
    child.start()
    child.join()
