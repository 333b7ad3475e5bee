 print(1)
