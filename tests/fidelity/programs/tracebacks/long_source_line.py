values = [1, 2, 3]
print("a long line", sum(values), max(values), min(values), len(values), sorted(values), values[0] + values[1] + values[7])
