import runpy

if __name__ == "__main__":
    names = runpy.run_path(__file__, run_name="other")
    print(names["__name__"], names["VALUE"], names["__file__"] == __file__)
VALUE = __name__
