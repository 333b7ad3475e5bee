#!/usr/bin/python3
"""A Firecracker without KVM: the API, its order and its sockets are real, guest memory
is a real mapping behind a real userfaultfd, and the guest is the real agent on this
host. What no program can do without a processor for the guest is not done.

fake_firecracker.py [--control FOLDER] --version | --api-sock PATH

In FOLDER, `misbehave` holds one word that says what to do wrong, and `calls` gets a
line for each call of the API.
"""

import argparse
import hashlib
import json
import os
import pathlib
import random
import signal
import socket
import threading
import time

from fake_api import (
    Connection,
    FatalFault,
    Fault,
    check_body,
    check_machine,
    check_order,
    os_error,
)
from fake_memory import PAGE, Memory, send_with_descriptor
from fake_vsock import Guest, die, listen_at

VERSION = "1.16.1"
MIB = 1024 * 1024
SLOW_SECONDS = 0.2
RESTORE_FAILED = "RunWithApi(BuildMicroVmError(Restore))"
NOT_STARTED, RUNNING, PAUSED = "Not started", "Running", "Paused"


class Log:
    """What was asked of this Firecracker, a line each."""

    def __init__(self, folder):
        self._file = open(folder / "calls", "a", buffering=1) if folder is not None else None

    def __call__(self, line):
        if self._file is not None:
            self._file.write(line + "\n")


def flood_the_console():
    """As a guest may. At a limit's signal it hangs as Firecracker 1.16.1 does."""
    signal.signal(signal.SIGXFSZ, lambda *_: time.sleep(60))
    for _ in range(64):
        try:
            os.write(1, b"x" * 4096)
        except PermissionError:
            pass  # Firecracker counts it, and goes on


class Firecracker:
    def __init__(self, misbehave, log):
        self._misbehave = misbehave
        self._log = log
        self._state = NOT_STARTED
        self._config = {}
        self._memory = None
        self._balloon = 0
        self._vsock = None
        self._guest = None
        self._kept = []

    def serve(self, path):
        server = socket.socket(socket.AF_UNIX)
        server.bind(path)
        time.sleep(0.005)  # as between the file's appearance and the listening of the real one
        server.listen(4)
        client, _ = server.accept()
        connection = Connection(client)
        while (request := connection.next()) is not None:
            name, text = request
            self._log(name)
            if self._disturb(connection, name):
                continue
            try:
                body = check_body(name, text)
                check_order(name, self._state != NOT_STARTED)
                answer = self._carry_out(name, body)
                connection.send(204 if answer is None else 200, answer)
            except Fault as fault:
                connection.send(400, {"fault_message": str(fault)})
                if isinstance(fault, FatalFault):
                    die(RESTORE_FAILED)

    def _disturb(self, connection, name):
        """Whether the call is not to be carried out at all."""
        what = self._misbehave
        if what == "silent-in-boot" and name == "PUT /boot-source":
            time.sleep(60)
        if what == "slow":
            time.sleep(SLOW_SECONDS)
        if what == "refuse-" + name.rpartition("/")[2]:
            connection.send(400, {"fault_message": f"{name} is refused, as it was asked for."})
            if name == "PUT /snapshot/load":
                die(RESTORE_FAILED)
            return True
        if name != "PUT /snapshot/load":
            return False
        if what == "close":
            connection.close()
            time.sleep(60)
        if what == "no-http":
            connection.send_raw(b"\x00\x01 this is no HTTP\r\n\r\n")
            return True
        if what == "silent":
            time.sleep(60)
        if what == "die-at-once":
            die("died, as it was asked for", 148)
        return False

    def _carry_out(self, name, body):
        method, _, path = name.partition(" ")
        step = getattr(self, "_" + method.lower() + path.replace("/", "_").replace("-", "_"))
        return step(body) if body is not None else step()

    def _put_machine_config(self, body):
        check_machine(body)
        self._config["machine"] = body

    def _put_boot_source(self, body):
        for member, words in [
            ("kernel_image_path", "The kernel file cannot be opened:"),
            ("initrd_path", "The initrd file cannot be opened due to invalid path or invalid permissions."),
        ]:
            try:
                open(body.get(member, os.devnull), "rb").close()
            except OSError as error:
                raise Fault(f"Boot source error: {words} {os_error(error)}") from None
        self._config["boot"] = body

    def _put_drives_rootfs(self, body):
        self._open_drive(body)
        self._config["drive"] = body

    def _open_drive(self, body):
        if not body["is_read_only"]:
            raise Fault("This drive is shared between machines.")
        try:
            self._kept.append(open(body["path_on_host"], "rb"))
        except OSError as error:
            raise Fault("Drive config error: Unable to create the virtio block device: Virtio backend "
                        f"error: Error manipulating the backing file: {os_error(error)} "
                        f"{body['path_on_host']}") from None

    def _put_balloon(self, body):
        self._config["balloon"] = body

    def _put_vsock(self, body):
        if body["guest_cid"] < 3:
            raise Fault("guest_cid is invalid")
        self._vsock = listen_at(body["uds_path"])
        self._config["vsock"] = body

    def _put_actions(self, body):
        if body["action_type"] != "InstanceStart":
            raise Fault(f"unknown variant `{body['action_type']}`")
        missing = {"machine", "boot", "drive", "balloon", "vsock"} - set(self._config)
        if missing:
            raise Fault(f"Cannot start microvm without {missing}")
        with open(self._config["boot"]["kernel_image_path"], "rb") as kernel:
            if kernel.read(4) != b"\x7fELF":
                raise Fault("Start microvm error: the kernel cannot be loaded: Invalid Elf magic number")
        self._memory = Memory(self._config["machine"]["mem_size_mib"] * MIB)
        self._memory.fill()
        self._start_guest(booting=True)
        if self._misbehave == "die-in-boot":
            threading.Timer(0.05, die, ["died, as it was asked for", 148]).start()

    def _start_guest(self, booting):
        refused = {"late-agent": 20, "no-agent": 1 << 30}.get(self._misbehave, 0)
        last_words = b"begun" if self._misbehave == "die-later" else None
        stuck = self._misbehave == "stuck-guest"
        self._guest = Guest(self._vsock, booting, stuck, refused, last_words, self._log)
        self._state = RUNNING
        print("fake guest: running", flush=True)
        if self._misbehave == "flood":
            flood_the_console()

    def _patch_vm(self, body):
        if body["state"] == "Paused":
            self._state = PAUSED
        elif body["state"] == "Resumed":
            self._resume()
        else:
            raise Fault(f"unknown variant `{body['state']}`")

    def _resume(self):
        if self._guest is None:
            self._start_guest(booting=False)
            threading.Thread(target=self._touch_memory, daemon=True).start()
        self._state = RUNNING

    def _touch_memory(self):
        """What a processor would do. A wrong page is the end."""
        pages = self._memory.all_pages_once()
        if self._misbehave == "balloon":
            self._memory.check(pages[:100])
            self._memory.remove_from(self._memory.size // PAGE // 2)
        wrong = self._memory.check(pages)
        if wrong is not None:
            die(f"page {wrong} of guest memory is wrong", 3)

    def _patch_balloon(self, body):
        if self._guest is None or not self._guest.has_drivers():
            raise Fault("Balloon update error: Balloon: Device not activated yet.")
        self._balloon = body["amount_mib"]
        if self._balloon:
            self._memory.remove_from((self._memory.size - self._balloon * MIB) // PAGE)

    def _get_balloon_statistics(self):
        if not self._config.get("balloon", {}).get("stats_polling_interval_s"):
            raise Fault("Statistics for the balloon device are not enabled.")
        mib = self._balloon
        return {"target_pages": mib * 256, "actual_pages": mib * 256, "target_mib": mib,
                "actual_mib": mib}

    def _get_version(self):
        return {"firecracker_version": VERSION}

    def _put_snapshot_create(self, body):
        if self._state != PAUSED:
            raise Fault("Create snapshot error: Cannot save the microVM state: Operation not allowed: "
                        "save/restore unavailable while running")
        if body.get("snapshot_type", "Full") != "Full":
            raise Fault("Only full snapshots.")
        self._memory.write_to(body["mem_file_path"])
        text = json.dumps({"version": VERSION, "config": self._config,
                           "removed_from": self._memory.removed_from})
        digest = hashlib.sha256(text.encode()).hexdigest()
        pathlib.Path(body["snapshot_path"]).write_text(f"{digest}\n{text}")

    def _load_state(self, path):
        try:
            digest, _, text = pathlib.Path(path).read_text(errors="replace").partition("\n")
        except OSError as error:
            raise Fault("Failed to get snapshot state from file: Failed to open snapshot file: "
                        f"{os_error(error)}") from None
        if hashlib.sha256(text.encode()).hexdigest() != digest:
            raise Fault("Failed to get snapshot state from file: Failed to load snapshot state from "
                        "file: CRC64 validation failed")
        return json.loads(text)

    def _put_snapshot_load(self, body):
        if self._config:
            raise Fault("Load snapshot error: Loading a microVM snapshot not allowed after configuring "
                        "boot-specific resources.")
        try:
            self._load(body)
        except Fault as fault:
            raise FatalFault(
                f"Load snapshot error: Failed to restore from snapshot: {fault}") from None
        self._state = PAUSED
        if body.get("resume_vm"):
            self._resume()

    def _load(self, body):
        state = self._load_state(body["snapshot_path"])
        self._config = state["config"]
        self._open_drive(self._config["drive"])
        size = self._config["machine"]["mem_size_mib"] * MIB
        backend = body["mem_backend"]
        if backend["backend_type"] == "File":
            with open(backend["backend_path"], "rb") as file:
                if os.fstat(file.fileno()).st_size != size:
                    raise Fault("Failed to load guest memory: Error creating guest memory from file: "
                                "the memory file has another size")
                self._memory = Memory(size, file.fileno())
        elif backend["backend_type"] == "Uffd":
            self._memory = Memory(size)
            self._hand_over(backend["backend_path"])
        else:
            raise Fault(f"unknown variant `{backend['backend_type']}`")
        self._memory.removed_from = state["removed_from"]
        # The device state lies in the guest's memory too: loading it takes pages.
        wrong = self._memory.check(random.sample(self._memory.all_pages_once(), 200))
        if wrong is not None:
            raise Fault(f"page {wrong} of guest memory is wrong")
        if self._misbehave == "die-in-load":
            die("died, as it was asked for", 148)
        vsock_path = body.get("vsock_override", self._config["vsock"])["uds_path"]
        if os.path.exists(vsock_path):
            raise Fault("Failed to restore devices: VsockUnixBackend: Error binding to the host-side "
                        "Unix socket: Address already in use (os error 98)")
        self._vsock = listen_at(vsock_path)

    def _hand_over(self, path):
        userfaultfd = self._memory.open_userfaultfd()
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(path)
        except OSError as error:
            raise Fault("Failed to load guest memory: Error creating guest memory from uffd: Failed to "
                        f"connect to UDS Unix stream: {os_error(error)}") from None
        self._kept += [connection, userfaultfd]  # for as long as we live, as Firecracker does
        message = self._memory.handshake()
        if self._misbehave == "no-handshake":
            time.sleep(60)
        if self._misbehave == "end-in-handshake":
            send_with_descriptor(connection, message[:20], userfaultfd)
            connection.close()
            time.sleep(60)
        if self._misbehave == "die-in-handshake":
            send_with_descriptor(connection, message[:20], userfaultfd)
            die("died, as it was asked for", 148)
        if self._misbehave == "wrong-handshake":
            message = message.replace(b'"offset": 0', b'"offset": 4095')
        if self._misbehave == "pieces":
            send_with_descriptor(connection, message[:1], userfaultfd)
            for begin in range(1, len(message), 16):
                time.sleep(0.002)
                connection.sendall(message[begin : begin + 16])
            return
        send_with_descriptor(connection, message, userfaultfd)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--control", type=pathlib.Path)
    parser.add_argument("--version", action="store_true")
    parser.add_argument("--api-sock")
    args = parser.parse_args()
    misbehave = ""
    if args.control is not None and (args.control / "misbehave").exists():
        misbehave = (args.control / "misbehave").read_text().strip()
    if args.version:
        print(f"Firecracker v{'1.16.0' if misbehave == 'old' else VERSION}\n")
        return
    print(f"Running Firecracker v{VERSION}", flush=True)
    Firecracker(misbehave, Log(args.control)).serve(args.api_sock)


if __name__ == "__main__":
    main()
