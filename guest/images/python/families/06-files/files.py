# Files and folders.
import contextlib
import glob
import gzip
import os
import pathlib
import shutil
import sys
import tempfile
import zipfile

with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / "a" / "b.txt"
    path.parent.mkdir(parents=True)
    path.write_text("one\ntwo\nthree\n")
    with open(path) as file:
        print([line.strip() for line in file], path.stat().st_size, path.suffix, path.stem)
    with open(path, "ab") as file:
        file.write(b"four\n")
    print(sorted(os.listdir(folder)), glob.glob(f"{folder}/*/*.txt") != [], [p.name for p in pathlib.Path(folder).rglob("*")])
    with gzip.open(f"{folder}/c.gz", "wt") as packed:
        packed.write("text")
    with zipfile.ZipFile(f"{folder}/d.zip", "w") as archive:
        archive.write(path, "b.txt")
        print(archive.namelist())
    shutil.copy(path, f"{folder}/copy.txt")
    shutil.copytree(path.parent, f"{folder}/tree")
    for root, folders, files in os.walk(folder):
        print(len(folders), len(files))
    os.rename(f"{folder}/copy.txt", f"{folder}/moved.txt")
    with contextlib.suppress(FileNotFoundError):
        os.remove(f"{folder}/nothing")
    with tempfile.NamedTemporaryFile("w+") as file:
        file.write("x")
        file.seek(0)
        print(file.read())
print(os.path.join("a", "b"), os.environ.get("HOME"), os.getcwd(), sys.argv, os.path.splitext("a.b"))
