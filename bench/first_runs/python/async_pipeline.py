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
    writer.close()

async def main():
    _, total = await asyncio.gather(produce(queue := asyncio.Queue(5), 100), consume(queue))
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"hello\n")
        answer = await asyncio.wait_for(reader.readline(), 60)
        writer.close()
    return total, answer

assert asyncio.run(main()) == (4950, b"HELLO\n")
