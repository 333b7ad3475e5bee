class A:
    def __del__(self):
        print("freed at once")


A()
print("next")
