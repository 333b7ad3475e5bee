/// @file
/// The names by which the guest and its host find each other, in C: the guest's init is
/// written in it. `dhg/guest_machine.hpp` has them for C++. Since ABI 1.2.

#ifndef DHG_GUEST_MACHINE_H
#define DHG_GUEST_MACHINE_H

/// The name of the virtio-serial port that carries the agent's stream.
#define DHG_AGENT_SERIAL_PORT "org.deephaven.dhg"

/// The port that the guest listens on where it has a vsock instead: 25704, "dh" in ASCII.
#define DHG_AGENT_VSOCK_PORT 0x6468

#endif
