import asyncio
import threading


async def main():
    name = await asyncio.to_thread(lambda: threading.current_thread().name)
    print(name.startswith("asyncio_"))
    loop = asyncio.get_running_loop()
    print(await loop.run_in_executor(None, sum, [1, 2, 3]))


asyncio.run(main())
