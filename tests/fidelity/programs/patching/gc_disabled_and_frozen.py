import gc

gc.disable()
gc.collect()
gc.freeze()
gc.set_threshold(1, 1, 1)
gc.enable()
print("hi", gc.get_threshold())
