/* process.h - what the system tells of a process. */
#ifndef LILSCOPE_BENCH_PROCESS_H
#define LILSCOPE_BENCH_PROCESS_H

#include <sys/types.h>

/* "VmRSS" or "VmHWM" of /proc/PID/status in bytes; 0: not told. */
double process_bytes(pid_t pid, const char *field);

#endif
