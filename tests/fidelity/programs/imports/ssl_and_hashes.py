# fidelity: run=script,c
import hashlib
import ssl

print(hashlib.sha256(b"x").hexdigest(), hashlib.md5(b"x").hexdigest())
print(ssl.OPENSSL_VERSION_INFO[0], len(ssl.RAND_bytes(4)), "sha512" in hashlib.algorithms_available)
