"""Makes a clone differ from its siblings: the clock, and what is random in Python.

docs/uniqueness.md says what is renewed, in which order, and what cannot be.
"""

import ctypes
import fcntl
import os
import random
import struct
import sys
import time

from . import descriptors

_RNDRESEEDCRNG = 0x5207  # <linux/random.h>

ENTROPY_BYTES = 64
_MT_WORDS = 624  # of a Mersenne twister's state
_MT_AT_END = struct.pack("i", _MT_WORDS)  # the position behind the last

# Odd, and without a pattern: digits of pi and of e.
_FACTORS = (
    0x243F6A8885A308D313198A2E03707344A4093822299F31D0082EFA98EC4E6C89,
    0xB7E151628AED2A6ABF7158809CF4F3C762E7160F38B4DA56A784D9045190CFEF,
)
_SEED_BYTES = 32

# Programs replace functions of modules, for tests or for good.
_write, _control = os.write, fcntl.ioctl
_random_device = descriptors.lift(os.open("/dev/urandom", os.O_RDWR | os.O_CLOEXEC))
_random = random._inst
_seed_random = super(random.Random, _random).seed  # random.seed(), for a number
_numpy_state = None  # its state in memory, writable


def prepare():
    """A snapshot follows: makes ready what renewing needs.

    What runs for the first time in a restored guest is slow.
    """
    global _numpy_state
    if "_ssl" in sys.modules:
        _forget_openssl()
    if "_sqlite3" in sys.modules:
        _forget_sqlite()
    if "tempfile" in sys.modules:
        _forget_temporary_names()
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is None:
        return
    numpy_random.seed()  # and no half of a pair of normal numbers is left over
    twister = numpy_random.mtrand._rand._bit_generator
    if type(twister).__name__ != "MT19937":
        raise RuntimeError("NumPy's global generator is no Mersenne twister")
    # struct s_mt19937_state: uint32_t key[624]; int pos. numpy/random/src/mt19937/mt19937.h
    size = _MT_WORDS * 4 + 4
    _numpy_state = (ctypes.c_char * size).from_address(twister.ctypes.state_address)


def _forget_openssl():
    """Takes the state from OpenSSL's generators; they make one at their next use.

    openssl/providers/implementations/rands/drbg.c: a generator without a state instantiates
    itself, from the kernel's entropy.
    """
    openssl = ctypes.CDLL("libcrypto.so.3")
    for name in ("RAND_get0_private", "RAND_get0_public", "RAND_get0_primary"):
        find = getattr(openssl, name)
        find.restype, find.argtypes = ctypes.c_void_p, (ctypes.c_void_p,)
        openssl.EVP_RAND_uninstantiate.argtypes = (ctypes.c_void_p,)
        generator = find(None)
        if not generator or openssl.EVP_RAND_uninstantiate(generator) != 1:
            raise RuntimeError(f"OpenSSL's generator ({name}) cannot be renewed")


def _forget_sqlite():
    """Takes the state from SQLite's generator, which makes one at its next use.

    https://www.sqlite.org/c3ref/randomness.html
    """
    ctypes.CDLL("libsqlite3.so.0").sqlite3_randomness(0, None)


def _forget_temporary_names():
    """The names of temporary files come from a generator of their own, made at the first."""
    tempfile = sys.modules["tempfile"]
    tempfile._name_sequence = None
    tempfile.tempdir = None  # that of the program's environment, not of the warm-up's


def kernel(entropy):
    """Feeds the kernel's generator fresh bytes."""
    # Mixed in as by RNDADDENTROPY, which would also count them, for a generator that waits.
    _write(_random_device, entropy)
    _control(_random_device, _RNDRESEEDCRNG)


def mixed(seed):
    """32 bytes that a number of as many gives. Each depends on all of it; they are no secret."""
    for factor in _FACTORS:
        seed = (seed ^ seed >> 129) * factor & ((1 << 8 * _SEED_BYTES) - 1)
    return (seed ^ seed >> 129).to_bytes(_SEED_BYTES, "little")


def clock(now_ns):
    """Sets CLOCK_REALTIME; `now_ns` is nanoseconds since 1970."""
    time.clock_settime_ns(time.CLOCK_REALTIME, now_ns)


def python(seed, entropy):
    """Gives Python's and NumPy's generators new states.

    `seed` is a number that the user chose, or None for states that nobody can know, of
    `entropy`: to ask the kernel for some is more to run.
    """
    if seed is None:
        _seed_random(int.from_bytes(entropy, "little"))
        _random.gauss_next = None  # the second of a pair of numbers
        if _numpy_state is not None:
            # The next number makes all anew.
            _numpy_state.raw = os.urandom(_MT_WORDS * 4) + _MT_AT_END
    else:
        random.seed(seed)
        if "numpy.random" in sys.modules:
            sys.modules["numpy.random"].seed(seed % 2**32)
    process = sys.modules.get("multiprocessing.process")
    if process is not None:
        process.current_process().authkey = os.urandom(32)
