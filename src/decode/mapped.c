/*
 * The mapping is private, so that nothing that happens to it gets back to the
 * file.
 */
#include "decode/mapped.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

bool mapped_open(struct mapped *m, const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	void *at;

	*m = (struct mapped){ 0 };
	if (fd < 0)
		return err_set(err, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size == 0) {
		close(fd);
		return err_set(err, "%s: is no file with a model in it", path);
	}
	at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (at == MAP_FAILED)
		return err_set(err, "%s: can't be mapped: %s", path,
			       strerror(errno));
	*m = (struct mapped){ at, (size_t)st.st_size };
	return true;
}

void mapped_close(struct mapped *m)
{
	if (m->bytes)
		munmap(m->bytes, m->n_bytes);
	*m = (struct mapped){ 0 };
}
