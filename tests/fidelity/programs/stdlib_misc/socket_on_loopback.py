import socket
import threading

server = socket.create_server(("127.0.0.1", 0))
thread = threading.Thread(target=lambda: server.accept()[0].sendall(b"served"))
thread.start()
client = socket.create_connection(server.getsockname(), 5)
print(client.recv(100))
thread.join()
