// SPDX-License-Identifier: LGPL-2.1-or-later
// Changes limits again and again, until it is killed:
//
//     changer MILLISECONDS FILE VALUE… -- FILE VALUE…
//
// One write each MILLISECONDS, to the files in turn, of each file's values in turn.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { N_FILES = 2, US_PER_MS = 1000, NS_PER_MS = 1000000, NS_PER_S = 1000000000 };

struct file {
    int fd;
    unsigned n, next;
    char **values;
};

static int open_file(struct file *file, char **words)
{
    file->fd = open(words[0], O_WRONLY | O_CLOEXEC);
    file->values = words + 1;
    while (file->values[file->n] && strcmp(file->values[file->n], "--") != 0)
        file->n++;
    if (file->fd < 0 || !file->n)
        perror(words[0]);
    return file->fd < 0 || !file->n ? -1 : 0;
}

static int change(struct file *file)
{
    const char *value = file->values[file->next++ % file->n];
    // The kernel may be at what was written last.
    while (pwrite(file->fd, value, strlen(value), 0) < 0) {
        if (errno != EBUSY && errno != EINTR) {
            perror(value);
            return -1;
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct file files[N_FILES] = {{.fd = -1}};
    unsigned n_files = 0;
    for (int i = 2; i < argc && n_files < N_FILES; i++) {
        if (open_file(&files[n_files], argv + i) < 0)
            return 1;
        i += 1 + (int)files[n_files++].n;
    }
    if (!n_files)
        return 2;

    struct timespec next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    for (unsigned i = 0;; i++) {
        if (change(&files[i % n_files]) < 0)
            return 1;
        next.tv_nsec += atol(argv[1]) * NS_PER_MS;
        if (next.tv_nsec >= NS_PER_S) {
            next.tv_nsec -= NS_PER_S;
            next.tv_sec++;
        }
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    }
}
