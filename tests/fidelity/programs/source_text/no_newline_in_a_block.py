if True:
    print("a")