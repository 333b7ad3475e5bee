#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "init.h"

static const char kDisk[] = "/dev/vda";
static const char kRoot[] = "/newroot";

void mount_kernel_filesystems(void) {
  make_directory("/proc");
  make_directory("/sys");
  make_directory("/dev");
  mount_or_fail("devtmpfs", "/dev", "devtmpfs", MS_NOSUID, "mode=0755");
  mount_or_fail("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
  mount_or_fail("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
}

void load_modules(void) {
  static const char order[] = "/modules/order";
  FILE* list = fopen(order, "re");
  if (list == NULL) fail(order, NULL);
  char path[PATH_MAX];
  while (fgets(path, sizeof path, list) != NULL) {
    path[strcspn(path, "\n")] = '\0';
    int module = open(path, O_RDONLY | O_CLOEXEC);
    if (module < 0 || syscall(SYS_finit_module, module, "", 0) != 0) {
      char what[PATH_MAX + 32];
      snprintf(what, sizeof what, "loading module %s", path);
      fail(what, NULL);
    }
    close(module);
  }
  if (ferror(list)) fail(order, NULL);
  fclose(list);
}

static bool disk_is_there(void) { return access(kDisk, F_OK) == 0; }

// All that programs write to is one tmpfs of a fixed size, so that a full disk is an error
// of the program's, and never takes the memory that the guest itself needs.
static const char kChanges[] = "mode=0755,size=50%";

// The image below, the tmpfs above. The overlay keeps both alive, so that their
// own mount points can go.
static void mount_image(void) {
  make_directory("/image");
  make_directory("/changes");
  make_directory(kRoot);
  mount_or_fail(kDisk, "/image", "erofs", MS_RDONLY, NULL);
  mount_or_fail("changes", "/changes", "tmpfs", 0, kChanges);
  make_directory("/changes/upper");
  make_directory("/changes/work");
  mount_or_fail("overlay", kRoot, "overlay", 0,
                "lowerdir=/image,upperdir=/changes/upper,workdir=/changes/work");
  if (umount2("/image", MNT_DETACH) != 0) fail("detaching /image", NULL);
}

// A folder of the tmpfs, for everybody, at `target` of the new root.
static void mount_changes(const char* folder, const char* target) {
  make_directory(folder);
  if (chmod(folder, 01777) != 0) fail(folder, NULL);
  mount_or_fail(folder, target, NULL, MS_BIND, NULL);
  mount_or_fail(NULL, target, NULL, MS_REMOUNT | MS_BIND | MS_NOSUID | MS_NODEV, NULL);
}

static void populate_root(void) {
  if (chdir(kRoot) != 0) fail(kRoot, NULL);
  static const char* const kernel[] = {"proc", "sys", "dev"};
  for (size_t i = 0; i < sizeof kernel / sizeof *kernel; ++i) {
    char from[16];
    snprintf(from, sizeof from, "/%s", kernel[i]);
    make_directory(kernel[i]);
    mount_or_fail(from, kernel[i], "move", MS_MOVE, NULL);
  }
  make_directory("run");
  make_directory("tmp");
  make_directory("dev/shm");
  make_directory("dev/pts");
  mount_or_fail("run", "run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=5%");
  mount_changes("/changes/tmp", "tmp");
  mount_changes("/changes/shm", "dev/shm");
  if (umount2("/changes", MNT_DETACH) != 0) fail("detaching /changes", NULL);
  mount_or_fail("devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
                "ptmxmode=0666,mode=0620,gid=5");
  // What udev makes elsewhere, and programs expect.
  static const char* const links[][2] = {{"/proc/self/fd", "dev/fd"},
                                         {"/proc/self/fd/0", "dev/stdin"},
                                         {"/proc/self/fd/1", "dev/stdout"},
                                         {"/proc/self/fd/2", "dev/stderr"}};
  for (size_t i = 0; i < sizeof links / sizeof *links; ++i) {
    if (symlink(links[i][0], links[i][1]) != 0) fail(links[i][1], NULL);
  }
}

static void copy_file(const char* from, const char* to) {
  int source = open(from, O_RDONLY | O_CLOEXEC);
  if (source < 0) fail(from, NULL);
  int target = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (target < 0) fail(to, NULL);
  ssize_t sent = 0;
  do {
    sent = sendfile(target, source, NULL, 1 << 20);
  } while (sent > 0);
  if (sent < 0) fail(to, NULL);
  close(source);
  close(target);
}

static void join(char* path, const char* directory, const char* name) {
  if (snprintf(path, PATH_MAX, "%s/%s", directory, name) >= PATH_MAX) fail(name, "path too long");
}

static bool is_dot(const char* name) { return strcmp(name, ".") == 0 || strcmp(name, "..") == 0; }

// The initramfs comes from the host and holds files and directories only.
static void copy_tree(const char* from, const char* to) {
  make_directory(to);
  DIR* directory = opendir(from);
  if (directory == NULL) fail(from, NULL);
  for (struct dirent* entry; (entry = readdir(directory)) != NULL;) {
    if (is_dot(entry->d_name)) continue;
    char source[PATH_MAX];
    char target[PATH_MAX];
    join(source, from, entry->d_name);
    join(target, to, entry->d_name);
    if (entry->d_type == DT_DIR) {
      copy_tree(source, target);
    } else {
      copy_file(source, target);
    }
  }
  closedir(directory);
}

// Gives the initramfs' memory back. Never leaves its file system, which holds
// the mount points of the new root.
static void remove_tree(int parent, const char* name, dev_t device) {
  struct stat status;
  if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) != 0 || status.st_dev != device) return;
  if (!S_ISDIR(status.st_mode)) {
    unlinkat(parent, name, 0);
    return;
  }
  int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  DIR* directory = fd < 0 ? NULL : fdopendir(fd);
  if (directory == NULL) fail("freeing the initramfs", NULL);
  for (struct dirent* entry; (entry = readdir(directory)) != NULL;) {
    if (!is_dot(entry->d_name)) remove_tree(fd, entry->d_name, device);
  }
  closedir(directory);
  unlinkat(parent, name, AT_REMOVEDIR);
}

static void switch_root(void) {
  struct stat status;
  if (stat("/", &status) != 0) fail("/", NULL);
  remove_tree(AT_FDCWD, "/", status.st_dev);
  mount_or_fail(".", "/", "move", MS_MOVE, NULL);
  if (chroot(".") != 0 || chdir("/") != 0) fail("entering the new root", NULL);
}

void enter_image(int uevents) {
  uevent_wait(uevents, kDisk, disk_is_there);
  mount_image();
  populate_root();
  make_directory("run/dhg");
  copy_tree("/dhg-agent", "run/dhg/agent");
  switch_root();
}
