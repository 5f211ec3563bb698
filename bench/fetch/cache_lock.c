/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fetch/cache_lock.h"

#include "base/catalogue.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h> /* flock */
#include <unistd.h>

outcome_t cache_lock_take(FILE *log, int *lock)
{
    text_t root, path;
    outcome_t result;
    *lock = -1;
    if (outcome_bad(&result, catalogue_place("", &root)) || outcome_bad(&result, file_make_folder(root.chars)) ||
        outcome_bad(&result, catalogue_place("fetch.lock", &path)))
        return result;
    *lock = open(path.chars, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (*lock < 0) /* a cache that is only read: nothing of it can be written at once with others */
        return errno == EACCES || errno == EROFS ? result
                                                 : outcome_failed(path.chars, "writing", strerror(errno),
                                                                  "a writable folder", "set BBS_HOME to another folder");
    int taken = flock(*lock, LOCK_EX | LOCK_NB);
    if (taken != 0 && errno == EWOULDBLOCK) {
        fprintf(log, "another bbsbench fetches into %s; waiting for it\n", root.chars);
        fflush(log);
        do
            taken = flock(*lock, LOCK_EX);
        while (taken != 0 && errno == EINTR);
    }
    if (taken == 0 || errno == ENOLCK || errno == EOPNOTSUPP) /* a file system without locks */
        return result;
    return outcome_failed(path.chars, "locking", strerror(errno), "a lock", "set BBS_HOME to another folder");
}

void cache_lock_release(int lock)
{
    if (lock >= 0)
        close(lock);
}
