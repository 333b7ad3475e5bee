from multiprocessing import shared_memory

block = shared_memory.SharedMemory(create=True, size=100)
block.buf[:3] = b"abc"
other = shared_memory.SharedMemory(name=block.name)
print(bytes(other.buf[:3]))
other.close()
block.close()
block.unlink()
