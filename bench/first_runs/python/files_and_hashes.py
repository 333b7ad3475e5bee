import gzip
import hashlib
import pathlib
import shutil
import tempfile
import zipfile
import zlib

with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    for n in range(12):
        path = folder / f"part{n % 3}" / f"file{n:02}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"line {n}\n" * 200, encoding="utf-8")
    digests = {p.name: hashlib.sha256(p.read_bytes()).hexdigest()[:8] for p in folder.rglob("*.txt")}
    with gzip.open(folder / "all.gz", "wt") as out:
        for path in sorted(folder.glob("part*/*.txt")):
            out.write(path.read_text())
    with zipfile.ZipFile(folder / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(folder / "part0" / "file00.txt", "first.txt")
    text = gzip.decompress((folder / "all.gz").read_bytes())
    shutil.copytree(folder / "part1", folder / "copy")
    assert len(text) == 12 * 200 * 7 + 400 and len(list((folder / "copy").iterdir())) == 4
print(digests["file00.txt"], zlib.crc32(text), len(zlib.compress(text, 9)) < 400)
