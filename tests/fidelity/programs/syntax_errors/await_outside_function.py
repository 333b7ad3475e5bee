# fidelity: run=script,c
import asyncio

await asyncio.sleep(0)
