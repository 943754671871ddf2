/*
 * sandbox.h - the process gives away what reading untrusted files does not
 * need, where the kernel lets it (Linux's Landlock): whatever a broken file
 * might make it do, it can no longer write, create, remove or run any file,
 * nor (SANDBOX_OFFLINE) reach or serve the network. Open descriptors stay.
 */
#ifndef LILSCOPE_SANDBOX_H
#define LILSCOPE_SANDBOX_H

#include <stdbool.h>

enum sandbox {
	SANDBOX_READ,    /* files are read, whatever else */
	SANDBOX_OFFLINE, /* ... and nothing is asked of servers */
};

/* For this process and its children, for good. false: the kernel has no such
 * thing, and all is as it was. */
bool sandbox_enter(enum sandbox how);

/* Is there one here? Its version, 0: no. */
int sandbox_version(void);

#endif
