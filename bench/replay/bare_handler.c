/* The least that serves page faults: takes Firecracker's handshake, then reads a
 * fault and copies its page, and nothing else. The measure for a fault's cost. With
 * DHG_SPIN it never sleeps.
 *
 * usage: bare_handler SOCKET MEMORY_FILE */

#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char** argv) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (argc != 3 || strlen(argv[1]) >= sizeof address.sun_path) return 2;
  strcpy(address.sun_path, argv[1]);
  const int listening = socket(AF_UNIX, SOCK_STREAM, 0), file = open(argv[2], O_RDONLY);
  struct stat info;
  if (fstat(file, &info) != 0) return 1;
  char* memory = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_SHARED | MAP_POPULATE, file, 0);
  if (bind(listening, (struct sockaddr*)&address, sizeof address) || listen(listening, 1)) return 1;
  const int connection = accept(listening, NULL, NULL);

  char text[4096] = "", space[CMSG_SPACE(sizeof(int))];
  struct iovec data = {text, sizeof text - 1};
  struct msghdr message = {NULL, 0, &data, 1, space, sizeof space, 0};
  uintmax_t base = 0;
  int uffd = -1;
  if (recvmsg(connection, &message, 0) <= 0 || CMSG_FIRSTHDR(&message) == NULL) return 1;
  memcpy(&uffd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof uffd);
  if (sscanf(strstr(text, "base_host_virt_addr"), "base_host_virt_addr\":%ju", &base) != 1)
    return 1;
#ifndef DHG_SPIN
  fcntl(uffd, F_SETFL, 0); /* blocking */
#endif

  for (struct uffd_msg fault;;) {
    if (read(uffd, &fault, sizeof fault) != sizeof fault) continue;
    const uint64_t page = fault.arg.pagefault.address & ~(uint64_t)4095;
    struct uffdio_copy copy = {page, (uintptr_t)memory + (page - base), 4096, 0, 0};
    if (ioctl(uffd, UFFDIO_COPY, &copy) != 0) return 1;
  }
}
