# fidelity: run=script,c,stdin
import asyncio


async def f(x):
    await asyncio.sleep(0.01 * x)
    print("f", x)
    return x


async def main():
    print(await asyncio.gather(f(2), f(1)))


asyncio.run(main())
