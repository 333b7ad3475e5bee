import asyncio

async def produce(queue, count):
    for number in range(count):
        await queue.put(number)
        await asyncio.sleep(0)
    await queue.put(None)

async def consume(queue):
    total = 0
    while (number := await queue.get()) is not None:
        total += number
    return total

async def serve(reader, writer):
    writer.write((await reader.readline()).upper())
    await writer.drain()
    writer.close()

async def main():
    queue = asyncio.Queue(maxsize=5)
    _, total = await asyncio.gather(produce(queue, 100), consume(queue))
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"hello\n")
        answer = await asyncio.wait_for(reader.readline(), 5)
        writer.close()
    return total, answer

result = asyncio.run(main())
assert result == (4950, b"HELLO\n")
print(result)
