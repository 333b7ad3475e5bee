import os
import shutil
import tempfile

place = tempfile.mkdtemp()
os.makedirs(place + "/a/b")
open(place + "/a/f", "w").close()
os.symlink("f", place + "/a/link")
os.link(place + "/a/f", place + "/a/hard")
print(os.readlink(place + "/a/link"), os.stat(place + "/a/f").st_nlink)
print(sorted(os.listdir(place + "/a")), [len(x) for _, *x in os.walk(place)] != [])
shutil.rmtree(place)
print(os.path.exists(place))
