# fidelity: run=script,c
import random
import secrets
import uuid

print(random.Random(1).random(), len(secrets.token_hex(4)), uuid.UUID(int=5))
random.seed(7)
print(random.random(), random.randrange(100), random.sample(range(10), 3))
