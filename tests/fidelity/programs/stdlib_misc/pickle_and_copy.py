# fidelity: run=script,c
import copy
import pickle


class Node:
    def __init__(self, next_):
        self.next = next_


a = Node(None)
a.next = a
b = copy.deepcopy(a)
print(b.next is b, b is not a)
c = pickle.loads(pickle.dumps(a))
print(c.next is c, type(c) is Node)
