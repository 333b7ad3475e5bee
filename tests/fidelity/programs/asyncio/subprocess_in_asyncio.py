# fidelity: run=script,c
import asyncio
import sys


async def main():
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "print('child'); raise SystemExit(3)", stdout=asyncio.subprocess.PIPE
    )
    print((await child.communicate())[0], child.returncode)


asyncio.run(main())
