import asyncio


async def f():
    raise ValueError("nobody asks")


async def main():
    task = asyncio.create_task(f(), name="mine")
    await asyncio.sleep(0.01)
    task.get_coro().__qualname__


loop = asyncio.new_event_loop()
loop.set_exception_handler(lambda loop, context: print(context["message"]))
loop.run_until_complete(main())
loop.close()
