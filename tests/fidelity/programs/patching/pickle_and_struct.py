import pickle
import struct

pickle.dumps = pickle.loads = None
struct.pack = struct.Struct = struct.unpack = None
print("hi")
