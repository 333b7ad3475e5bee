try:
    x = [0] * (1 << 60)
except MemoryError:
    print("MemoryError")
