"""What goes to the host: frames, one after the other."""


class Outbox:
    """Sends frames. Not thread-safe: they are the main thread's business."""

    def __init__(self, port):
        self._port = port
        self._held = b""

    def hold(self, frame):
        """Keeps a frame back to send it together with the next."""
        self._held += frame

    def forget(self):
        """Drops what was held: it was for a host that is gone."""
        self._held = b""

    def send(self, frames):
        """Sends whole frames. Init sends all output that was written before them first."""
        data, self._held = self._held + frames, b""
        self._port.write(data)
