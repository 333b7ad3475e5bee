"""A Firecracker, real or not, and its API, called as any of its users does: without dhg."""

import http.client
import json
import shutil
import socket
import subprocess

from conftest import wait_until

ROOTFS_FD = 3  # as the launcher has it


class OnUnixSocket(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class Vmm:
    """One process. Its folder has to have a short path, for the sockets in it."""

    def __init__(self, program, image, folder):
        self.image, self.folder = image, folder
        self.folder.mkdir()
        self.vsock = folder / "vsock"
        self._api = None
        with open(image / "rootfs.erofs", "rb") as rootfs, \
                open(folder / "console", "wb") as console, open(folder / "errors", "wb") as errors:
            self.process = subprocess.Popen(
                ["/bin/sh", "-c", f'exec "$@" {ROOTFS_FD}<&0 </dev/null', "sh", program,
                 "--api-sock", folder / "api"],
                stdin=rootfs, stdout=console, stderr=errors)

    def call(self, method, path, body=None):
        """@return (status, fault message, or the answer, or None)"""
        if self._api is None:
            assert wait_until(lambda: self._listens() or self.process.poll() is not None)
            assert self.process.poll() is None, self.errors()
        self._api.request(method, path, json.dumps(body) if body is not None else None)
        answer = self._api.getresponse()
        text = answer.read().decode()
        said = json.loads(text) if text else None
        if answer.status == 400:
            said = said["fault_message"]
        return answer.status, said

    def _listens(self):
        api = OnUnixSocket(self.folder / "api")
        try:
            api.connect()
        except OSError:
            return False
        self._api = api
        return True

    def configure(self, **changes):
        """All but the start, as the launcher does. @return the statuses"""
        bodies = {
            "machine-config": {"vcpu_count": 1, "mem_size_mib": 128, "smt": False,
                               "track_dirty_pages": False},
            "boot-source": {"kernel_image_path": str(self.image / "vmlinux"),
                            "initrd_path": str(self.image / "initrd"),
                            "boot_args": "console=ttyS0 panic=-1 reboot=k init_on_alloc=0"},
            "drives/rootfs": {"drive_id": "rootfs", "path_on_host": f"/proc/self/fd/{ROOTFS_FD}",
                              "is_root_device": False, "is_read_only": True},
            "balloon": {"amount_mib": 0, "deflate_on_oom": True, "stats_polling_interval_s": 1},
            "vsock": {"guest_cid": 3, "uds_path": str(self.vsock)},
        }
        return [self.call("PUT", f"/{path}", {**body, **changes.get(path.replace("-", "_"), {})})[0]
                for path, body in bodies.items()]

    def start(self):
        return self.call("PUT", "/actions", {"action_type": "InstanceStart"})

    def state(self, state):
        return self.call("PATCH", "/vm", {"state": state})

    def save(self, to):
        return self.call("PUT", "/snapshot/create",
                         {"snapshot_type": "Full", "snapshot_path": str(to / "state"),
                          "mem_file_path": str(to / "memory")})

    def load(self, snapshot, kind="File", backend=None):
        return self.call("PUT", "/snapshot/load", {
            "snapshot_path": str(snapshot / "state"),
            "mem_backend": {"backend_type": kind,
                            "backend_path": str(backend or snapshot / "memory")},
            "vsock_override": {"uds_path": str(self.vsock)},
            "clock_realtime": True, "resume_vm": False})

    def errors(self):
        return (self.folder / "errors").read_text()

    def end(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder)
