# fidelity: run=script,c
import argparse

parser = argparse.ArgumentParser()
parser.add_argument("-o", type=argparse.FileType("w"), default="-")
arguments = parser.parse_args([])
print(arguments.o.name, file=arguments.o)
