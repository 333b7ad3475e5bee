import threading

threading.enumerate = threading.current_thread = threading.main_thread = None
threading.Thread = threading.Lock = threading.Condition = None
print("hi")
