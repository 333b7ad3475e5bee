// The guest's PID 1: brings the machine from the kernel's first user process
// to a running agent, and says on the port when the agent is gone.
#ifndef DHG_INIT_H
#define DHG_INIT_H

#include <stdbool.h>

#include "relay.h"

// fail.c: steps that succeed or end the machine.
// Prints "dhg-init: <what>: <why>" on the console and ends the machine.
// `why` is errno's text when it is NULL.
_Noreturn void fail(const char* what, const char* why);

// Resets the machine. The VMM is told not to reboot, so this ends it; unlike
// power-off it does so under every VMM, with or without ACPI.
_Noreturn void end_machine(void);

// Creates the directory if it is not there.
void make_directory(const char* path);

void mount_or_fail(const char* source, const char* target, const char* type, unsigned long flags,
                   const char* options);

// uevent.c: waiting for the kernel to announce devices.
int uevent_open(void);
// Returns when `ready` does, asking again after each uevent; fails the boot,
// naming `what`, when that takes too long.
void uevent_wait(int uevents, const char* what, bool (*ready)(void));

// root.c: from the initramfs to the image.
void load_modules(void);
void mount_kernel_filesystems(void);
void enter_image(int uevents);

// port.c: the way to the host.
// Waits for the machine's device: a virtio-serial port of our name is opened; where
// there is a vsock instead, a socket is made that listens on it.
struct port open_port(int uevents);

#endif
