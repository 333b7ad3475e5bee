import pathlib

here = pathlib.Path(__file__).resolve().parent
print(here.name, (here / "nothing_of_this_name.csv").exists())
