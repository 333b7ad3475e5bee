# fidelity: argv=--help
import argparse

parser = argparse.ArgumentParser(description="What it does.")
parser.add_argument("file", nargs="*", help="a file")
parser.add_argument("--number", type=int, default=3, help="a number (default: %(default)s)")
parser.parse_args()
