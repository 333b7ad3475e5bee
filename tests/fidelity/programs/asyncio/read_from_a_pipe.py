import asyncio
import os


async def main():
    read, write = os.pipe()
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read, "rb"))
    os.write(write, b"line\n")
    print(await reader.readline())
    os.close(write)


asyncio.run(main())
