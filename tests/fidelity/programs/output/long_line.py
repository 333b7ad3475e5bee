print("x" * 300_000)
