"""What Firecracker's API takes, and HTTP on a Unix socket."""

import http
import json
import os

# Of each call: the members that must be there, and those that may. Unknown ones are
# refused, as Firecracker does.
CALLS = {
    "PUT /machine-config": ({"vcpu_count": int, "mem_size_mib": int},
                            {"smt": bool, "track_dirty_pages": bool, "huge_pages": str}),
    "PUT /boot-source": ({"kernel_image_path": str}, {"initrd_path": str, "boot_args": str}),
    "PUT /drives/rootfs": ({"drive_id": str, "is_root_device": bool},
                           {"is_read_only": bool, "path_on_host": str, "io_engine": str}),
    "PUT /balloon": ({"amount_mib": int, "deflate_on_oom": bool},
                     {"stats_polling_interval_s": int}),
    "PUT /vsock": ({"guest_cid": int, "uds_path": str}, {}),
    "PUT /actions": ({"action_type": str}, {}),
    "PATCH /balloon": ({"amount_mib": int}, {}),
    "PATCH /vm": ({"state": str}, {}),
    "PUT /snapshot/create": ({"mem_file_path": str, "snapshot_path": str},
                             {"snapshot_type": str}),
    "PUT /snapshot/load": ({"snapshot_path": str, "mem_backend": dict},
                           {"vsock_override": dict, "clock_realtime": bool, "resume_vm": bool,
                            "track_dirty_pages": bool}),
    "GET /version": (None, None),
    "GET /balloon/statistics": (None, None),
}


BEFORE_START = ["PUT /machine-config", "PUT /boot-source", "PUT /drives/rootfs", "PUT /balloon",
                "PUT /vsock", "PUT /actions", "PUT /snapshot/load"]
AFTER_START = ["PATCH /balloon", "PATCH /vm", "PUT /snapshot/create", "GET /balloon/statistics"]


def check_order(name, started):
    """Whether the call comes at the right time."""
    if name in (BEFORE_START if started else AFTER_START):
        when = "after" if started else "before"
        raise Fault(f"The requested operation is not supported {when} starting the microVM.")


class Fault(Exception):
    """Answered with 400 and this text."""


class FatalFault(Fault):
    """The same, and the process ends."""


def os_error(error):
    """As Rust has it."""
    return f"{os.strerror(error.errno)} (os error {error.errno})"


def check_body(name, text):
    """The body of a call that the API knows."""
    if name not in CALLS:
        method, _, path = name.partition(" /")
        raise Fault(f"Invalid request method and/or path: {method} {path}.")
    required, optional = CALLS[name]
    if required is None:
        if text:
            raise Fault("GET request cannot have a body.")
        return None
    try:
        body = json.loads(text)
    except ValueError as error:
        raise Fault(f"An error occurred when deserializing the json body: {error}.") from None
    for member in required:
        if member not in body:
            raise Fault(f"missing field `{member}`")
    for member, value in body.items():
        kind = required.get(member) or optional.get(member)
        if kind is None:
            raise Fault(f"unknown field `{member}`")
        if type(value) is not kind:
            raise Fault(f"invalid type of `{member}`")
    return body


def check_machine(body):
    if not 1 <= body["vcpu_count"] <= 32:
        raise Fault("Machine config error: The number of vCPUs must be greater than 0, less than 32 "
                    "and must be 1 or an even number if SMT is enabled.")
    if body["mem_size_mib"] <= 0:
        raise Fault("Machine config error: The memory size (MiB) is either 0, or not a multiple of "
                    "the configured page size.")


class Connection:
    """One client, one request after the other."""

    def __init__(self, connection):
        self._connection = connection
        self._stream = connection.makefile("rb")

    def next(self):
        """(method and path, body), or None when the client is gone."""
        line = self._stream.readline()
        if not line:
            return None
        method, path, version = line.decode().split()
        assert version == "HTTP/1.1", version
        length = 0
        while (header := self._stream.readline().decode().strip()) != "":
            name, _, value = header.partition(":")
            if name.lower() == "content-length":
                length = int(value)
        return f"{method} {path}", self._stream.read(length).decode()

    def send(self, status, body=None):
        phrase = http.HTTPStatus(status).phrase
        text = json.dumps(body) if body is not None else ""
        head = f"HTTP/1.1 {status} {phrase} \r\nServer: Firecracker API\r\nConnection: keep-alive\r\n"
        if body is not None:
            head += f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n"
        self._connection.sendall((head + "\r\n" + text).encode())

    def send_raw(self, data):
        self._connection.sendall(data)

    def close(self):
        self._stream.close()
        self._connection.close()
