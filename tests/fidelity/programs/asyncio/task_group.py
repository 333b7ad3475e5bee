# fidelity: run=script,c
import asyncio


async def fail():
    raise ValueError("one")


async def main():
    async with asyncio.TaskGroup() as group:
        group.create_task(fail())


asyncio.run(main())
