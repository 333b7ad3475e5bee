# fidelity: run=script,c,stdin
class A:
    def __del__(self):
        print("closed")


a = A()
