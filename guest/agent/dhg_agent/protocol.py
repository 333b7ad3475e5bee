"""The frames of docs/guest-protocol.md."""

import struct

VERSION = 3
MAX_PAYLOAD_TO_GUEST = 1024 * 1024
MAX_PAYLOAD_TO_HOST = 32_760

HELLO, CODE, CHANNEL, RUN, QUIESCE, SETUP = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06
NEW_HOST = 0x0F  # of init: another host follows, what the last had begun is void
TO_AGENT = frozenset((HELLO, CODE, CHANNEL, RUN, QUIESCE, SETUP, NEW_HOST))

GUEST_HELLO, STDOUT, STDERR, RESULT, DONE, QUIESCED, EXITED, ERROR = range(0x81, 0x89)

_HEADER = struct.Struct("<IB3s")
_RESERVED = b"\0\0\0"


class ProtocolError(Exception):
    """The stream from the host is not the protocol; it cannot be read on."""


def frame(kind, payload=b""):
    """One frame to the host, as bytes."""
    return _HEADER.pack(len(payload), kind, _RESERVED) + payload


def frames(kind, payload):
    """A payload of any length as frames; none for an empty one."""
    if 0 < len(payload) <= MAX_PAYLOAD_TO_HOST:
        return frame(kind, payload)
    return b"".join(
        frame(kind, payload[at : at + MAX_PAYLOAD_TO_HOST])
        for at in range(0, len(payload), MAX_PAYLOAD_TO_HOST)
    )


class FrameReader:
    """Takes the host's frames from a Port.

    A short request comes as one piece, and of that slices are all that is made.
    """

    def __init__(self, port):
        self._port = port
        self._data = b""
        self._at = 0  # what comes before was taken

    def _need(self, size):
        while len(self._data) - self._at < size:
            self._data = self._data[self._at :] + self._port.read()
            self._at = 0

    def next(self):
        """The next frame, as (type, payload). Waits for it."""
        self._need(_HEADER.size)
        length, kind, reserved = _HEADER.unpack_from(self._data, self._at)
        if length > MAX_PAYLOAD_TO_GUEST:
            raise ProtocolError(f"a frame of {length} bytes")
        if kind not in TO_AGENT:
            raise ProtocolError(f"unknown frame type {kind:#x}")
        if reserved != _RESERVED:
            raise ProtocolError("reserved bytes are not zero")
        self._need(_HEADER.size + length)
        begin = self._at + _HEADER.size
        self._at = begin + length
        return kind, self._data[begin : self._at]

    def has_more(self):
        """Whether another frame has begun to arrive."""
        return self._at < len(self._data)
