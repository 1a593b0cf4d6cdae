/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread that waits for inotify and wakes the source.  It only says that something has changed:
 * what it is the source finds out by looking.
 */
#ifndef FILE_WATCHER_H
#define FILE_WATCHER_H

#include <weir/weir.h>

enum { WATCH_FILES = 1, WATCH_NAMES = 2 };

struct watcher;

struct watcher *watcher_new(struct weir_task *task); /* NULL after weir_fail() */
void watcher_free(struct watcher *watcher);

/* Names that come and go in the directories of the words of `path`, and in those that a pattern may
 * match later: call it again when some have come. */
int watcher_add_directories(struct watcher *watcher, const struct weir_list *path);
/* Writes to an open file, whatever it is called by now: its watch, or < 0. */
int watcher_add_file(struct watcher *watcher, int fd, const char *path);
void watcher_drop_file(struct watcher *watcher, int watch);

int watcher_start(struct watcher *watcher);

/*
 * WATCH_FILES, WATCH_NAMES: what has changed since the last call.  Invariant: taken before anything
 * is looked at, so that what changes during the look is seen by the next one.
 */
unsigned watcher_take(struct watcher *watcher);

#endif
