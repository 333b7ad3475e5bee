# fidelity: run=script,c
import socket


class Refused(socket.socket):
    def __init__(self, *a, **k):
        raise RuntimeError("no network in tests")


socket.socket = Refused
socket.create_connection = None
print("hi")
