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

#include "base/num.h"
#include "system/spare.h"

/* Why it could not be mapped: with what there is room for, if that is it. */
static bool refuse(const char *path, off_t size, struct err *err)
{
	int why = errno;
	uint64_t left = spare_memory("").bytes[SPARE_ULIMIT];
	char text[2][NUM_BYTES];

	if (why != ENOMEM || left >= (uint64_t)size)
		return err_set(err, "%s: can't be mapped: %s", path,
			       strerror(why));
	return err_set(err,
		       "%s: is %s, and ulimit has %s left: allow more, or take "
		       "a smaller file",
		       path, num_size(text[0], (uint64_t)size),
		       num_size(text[1], left));
}

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
		return refuse(path, st.st_size, err);
	*m = (struct mapped){ at, (size_t)st.st_size };
	return true;
}

void mapped_close(struct mapped *m)
{
	if (m->bytes)
		munmap(m->bytes, m->n_bytes);
	*m = (struct mapped){ 0 };
}
