#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/vm_sockets.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dhg/guest_machine.h"
#include "init.h"

static const char kPorts[] = "/sys/class/virtio-ports";
// Has an entry a device. /dev/vsock is there without one.
static const char kVsocks[] = "/sys/bus/virtio/drivers/vmw_vsock_virtio_transport";

static char port_path[PATH_MAX];

static bool has_our_name(const char* entry) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/%s/name", kPorts, entry);
  FILE* file = fopen(path, "re");
  if (file == NULL) return false; // a port gets its name after its directory
  char name[64] = "";
  bool ours = fgets(name, sizeof name, file) != NULL;
  fclose(file);
  name[strcspn(name, "\n")] = '\0';
  return ours && strcmp(name, DHG_AGENT_SERIAL_PORT) == 0;
}

static bool serial_is_there(void) {
  DIR* ports = opendir(kPorts);
  if (ports == NULL) return false;
  bool found = false;
  for (struct dirent* entry; !found && (entry = readdir(ports)) != NULL;) {
    if (entry->d_name[0] == '.' || !has_our_name(entry->d_name)) continue;
    snprintf(port_path, sizeof port_path, "/dev/%s", entry->d_name);
    found = true;
  }
  closedir(ports);
  return found;
}

static bool vsock_is_there(void) {
  DIR* driver = opendir(kVsocks);
  if (driver == NULL) return false;
  bool found = false;
  for (struct dirent* entry; !found && (entry = readdir(driver)) != NULL;) {
    found = strncmp(entry->d_name, "virtio", strlen("virtio")) == 0;
  }
  closedir(driver);
  return found;
}

static bool port_is_there(void) { return serial_is_there() || vsock_is_there(); }

static int listen_on_vsock(void) {
  int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_vm address = {
      .svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_ANY, .svm_port = DHG_AGENT_VSOCK_PORT};
  enum { BACKLOG = 16 };
  if (fd < 0 || bind(fd, (struct sockaddr*)&address, sizeof address) != 0 ||
      listen(fd, BACKLOG) != 0) {
    fail("listening on vsock", NULL);
  }
  return fd;
}

struct port open_port(int uevents) {
  uevent_wait(uevents, "a virtio-serial port " DHG_AGENT_SERIAL_PORT " or a vsock", port_is_there);
  if (!serial_is_there()) return (struct port){listen_on_vsock(), true};
  int port = open(port_path, O_RDWR | O_CLOEXEC);
  if (port < 0) fail(port_path, NULL);
  return (struct port){port, false};
}
