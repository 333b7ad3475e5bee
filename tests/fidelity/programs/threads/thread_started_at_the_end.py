import threading


class A:
    def __del__(self):
        try:
            threading.Thread(target=print, args=("late",)).start()
        except RuntimeError as error:
            print(error)


a = A()
