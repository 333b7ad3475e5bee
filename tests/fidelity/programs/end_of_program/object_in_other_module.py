import json


class A:
    def __del__(self):
        print("del in json")


json.kept = A()
