class Number(int):
    pass


raise SystemExit(Number(5))
