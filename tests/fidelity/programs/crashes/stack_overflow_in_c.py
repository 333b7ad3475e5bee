print("before", flush=True)
x = ()
for _ in range(300_000):
    x = (x,)
hash(x)
