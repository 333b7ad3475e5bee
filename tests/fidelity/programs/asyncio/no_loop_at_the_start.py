# fidelity: run=script,c
import asyncio

try:
    asyncio.get_running_loop()
except RuntimeError as error:
    print(error)
print(type(asyncio.get_event_loop_policy()).__name__)
