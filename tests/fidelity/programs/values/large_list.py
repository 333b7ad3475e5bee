list(range(500_000))
