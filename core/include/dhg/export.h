#ifndef DHG_EXPORT_H
#define DHG_EXPORT_H

/// What libdhg_core exports, and what a plugin exports to it. Everything is
/// compiled with -fvisibility=hidden; only what carries this mark is seen.
#define DHG_API __attribute__((visibility("default")))

#endif
