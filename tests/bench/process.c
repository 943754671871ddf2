#include "process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

double process_bytes(pid_t pid, const char *field)
{
	char path[64], line[256];
	double kib = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, field, strlen(field)) == 0)
			kib = strtod(line + strlen(field) + 1, NULL);
	if (file)
		fclose(file);
	return kib * 1024;
}
