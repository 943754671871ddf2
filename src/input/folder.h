/*
 * folder.h - the files in a folder that may hold generations.
 *
 * Of a path that is a folder: all regular files in it and below, in the order
 * of their names. What is hidden (its name begins with a dot) and what stands
 * beside samples and is never one (a licence, a README, source code) is left
 * out; a link to a folder is not followed. Nothing is read here: what a file
 * holds is found out when it is opened.
 */
#ifndef LILSCOPE_FOLDER_H
#define LILSCOPE_FOLDER_H

#include "base/buf.h"
#include "base/err.h"

enum {
	FOLDER_FILES_MAX = 100000,
	FOLDER_DEPTH_MAX = 32, /* folders in folders */
};

struct folder_file {
	char *path;
	size_t from; /* where its name begins that tells it from the others in
			its folder; 0: it was named itself */
};

struct folder {
	struct folder_file *at;
	size_t n, cap;
};

/* Appends the files of a folder; any other path (a file, "-", a URL, nothing)
 * as it is. false: the folder can't be read or has no such file, err says so.
 * All zero is empty. */
bool folder_add(struct folder *f, const char *path, struct err *err);

/* Frees the paths; what is left is empty. */
void folder_release(struct folder *f);

#endif
