# fidelity: run=script,c
import os
import pathlib

place = pathlib.Path("/tmp/fidelity_file.txt")
place.write_text("a\nb\n")
print(place.read_text().splitlines(), place.stat().st_size, oct(place.stat().st_mode & 0o777))
place.rename("/tmp/fidelity_other.txt")
print(place.exists(), os.path.exists("/tmp/fidelity_other.txt"))
os.unlink("/tmp/fidelity_other.txt")
