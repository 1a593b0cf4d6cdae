/* SPDX-License-Identifier: Apache-2.0 */
/* Copies a plugin into sealed memory and opens the copy, so that nobody can change what runs. */
#include "engine/plugin_file.h"

#include "base/err.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

enum { PLUGIN_FILE_MAX = 1 << 30 };

#define PLUGIN_SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL)

static int plugin_fail(const char *path, struct weir_err *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* A file that cannot become a plugin. */
static int
plugin_fail(const char *path, struct weir_err *err, int code, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return wr_err_set(err, code, "cannot load plugin \"%s\": %s", path, text);
}

static int
plugin_stat(const char *path, int fd, struct stat *st, struct weir_err *err)
{
	if (fstat(fd, st) < 0)
		return plugin_fail(path, err, -errno, "%s", strerror(errno));
	if (S_ISDIR(st->st_mode))
		return plugin_fail(path, err, -EISDIR, "it is a directory");
	if (!S_ISREG(st->st_mode))
		return plugin_fail(path, err, -EINVAL, "it is not a regular file");
	if (st->st_size > PLUGIN_FILE_MAX)
		return plugin_fail(path, err, -EFBIG, "it is larger than 1 GiB");
	return 0;
}

int
wr_plugin_file_copy(const char *path, struct stat *st, struct weir_err *err)
{
	const char *base = strrchr(path, '/');
	int from, seals, copy = -1, rc;
	ssize_t done;
	off_t left;

	from = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (from < 0)
		return plugin_fail(path, err, -errno, "%s", strerror(errno));
	rc = plugin_stat(path, from, st, err);
	if (rc < 0)
		goto fail;
	seals = fcntl(from, F_GET_SEALS);
	if (seals >= 0 && (seals & PLUGIN_SEALS) == PLUGIN_SEALS)
		return from;
	if (geteuid() == 0 && (st->st_mode & (S_IWGRP | S_IWOTH)) != 0) {
		rc = wr_err_set(err, -EPERM,
			"plugin \"%s\" can be changed by others than its owner, and weir runs as "
			"root; mend it with: chmod go-w %s",
			path, path);
		goto fail;
	}
	copy = memfd_create(base == NULL ? path : base + 1, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (copy < 0)
		goto fail_errno;
	for (left = st->st_size; left > 0; left -= done) {
		done = sendfile(copy, from, NULL, (size_t)left);
		if (done < 0)
			goto fail_errno;
		if (done == 0) {
			rc = plugin_fail(path, err, -EAGAIN, "it shrank while it was read");
			goto fail;
		}
	}
	if (fcntl(copy, F_ADD_SEALS, PLUGIN_SEALS) < 0)
		goto fail_errno;
	close(from);
	return copy;
fail_errno:
	rc = plugin_fail(path, err, -errno, "copying it: %s", strerror(errno));
fail:
	if (copy >= 0)
		close(copy);
	close(from);
	return rc;
}

/* How long an ELF file must be to hold what its headers speak of; 0: they make no sense. */
static uint64_t
elf_extent(const unsigned char *p, uint64_t size)
{
	uint64_t end, need = sizeof(Elf64_Ehdr);
	Elf64_Phdr ph;
	Elf64_Ehdr eh;
	uint32_t i;

	if (size < need)
		return need;
	memcpy(&eh, p, sizeof eh);
	if (eh.e_phentsize != sizeof ph || eh.e_phoff > PLUGIN_FILE_MAX ||
		eh.e_shoff > PLUGIN_FILE_MAX)
		return 0;
	end = eh.e_phoff + (uint64_t)eh.e_phnum * sizeof ph;
	if (end > need)
		need = end;
	end = eh.e_shoff + (uint64_t)eh.e_shnum * eh.e_shentsize;
	if (eh.e_shnum != 0 && end > need)
		need = end;
	for (i = 0; i < eh.e_phnum && eh.e_phoff + (i + 1) * sizeof ph <= size; i++) {
		memcpy(&ph, p + eh.e_phoff + i * sizeof ph, sizeof ph);
		if (ph.p_offset > PLUGIN_FILE_MAX || ph.p_filesz > PLUGIN_FILE_MAX)
			return 0;
		end = ph.p_offset + ph.p_filesz;
		if (end > need)
			need = end;
	}
	return need;
}

/* Finds the linker's build id among the notes; the extent has been checked. */
static void
elf_build_id(struct wr_plugin *plugin, const unsigned char *p)
{
	uint64_t at, end;
	Elf64_Ehdr eh;
	Elf64_Phdr ph;
	Elf64_Nhdr nh;
	uint32_t i, k;

	memcpy(&eh, p, sizeof eh);
	for (i = 0; i < eh.e_phnum; i++) {
		memcpy(&ph, p + eh.e_phoff + i * sizeof ph, sizeof ph);
		if (ph.p_type != PT_NOTE)
			continue;
		end = ph.p_offset + ph.p_filesz;
		for (at = ph.p_offset; at + sizeof nh <= end;) {
			memcpy(&nh, p + at, sizeof nh);
			at += sizeof nh + (((uint64_t)nh.n_namesz + 3) & ~(uint64_t)3);
			if (at + nh.n_descsz > end)
				break;
			if (nh.n_type == NT_GNU_BUILD_ID && nh.n_namesz == 4) {
				for (k = 0; k < nh.n_descsz && k < 20; k++)
					snprintf(plugin->build_id + 2 * k, 3, "%02x", p[at + k]);
				return;
			}
			at += ((uint64_t)nh.n_descsz + 3) & ~(uint64_t)3;
		}
	}
}

/*
 * The dynamic linker maps what the headers say; of a file that is too short it would die with
 * SIGBUS, so this looks first.  Other machines' files it refuses well enough by itself.
 */
int
wr_plugin_file_check_elf(struct wr_plugin *plugin, int fd, uint64_t size, struct weir_err *err)
{
	unsigned char *p = NULL;
	uint64_t need = 0;
	int rc = 0;

	if (size > 0) {
		p = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (p == MAP_FAILED)
			return plugin_fail(plugin->path, err, -errno, "%s", strerror(errno));
	}
	if (size < SELFMAG || memcmp(p, ELFMAG, SELFMAG) != 0) {
		rc = plugin_fail(plugin->path, err, -EINVAL, "it is not an ELF file");
	} else if (size <= EI_CLASS || p[EI_CLASS] == ELFCLASS64) {
		need = elf_extent(p, size);
		if (need == 0)
			rc = plugin_fail(
				plugin->path, err, -EINVAL, "its ELF headers make no sense");
		else if (need > size)
			rc = plugin_fail(plugin->path, err, -EINVAL,
				"it is truncated, %" PRIu64 " of at least %" PRIu64
				" bytes are there",
				size, need);
		else
			elf_build_id(plugin, p);
	}
	if (p != NULL)
		munmap(p, size);
	return rc;
}

/* What dlerror() says, with the plugin's path where it names the copy. */
static int
plugin_dl_failed(const struct wr_plugin *plugin, const char *copy, struct weir_err *err)
{
	const char *says = dlerror(), *at;
	size_t len = strlen(copy);

	if (says == NULL)
		says = "no reason given";
	if (strncmp(says, copy, len) == 0 && strncmp(says + len, ": ", 2) == 0)
		says += len + 2;
	at = strstr(says, copy);
	if (at == NULL || (at[len] >= '0' && at[len] <= '9'))
		return plugin_fail(plugin->path, err, -EINVAL, "%s", says);
	return plugin_fail(plugin->path, err, -EINVAL, "%.*s%s%s", (int)(at - says), says,
		plugin->path, at + len);
}

/*
 * The dynamic linker knows objects by the name they were opened under, so the descriptor of a copy
 * stays open once it is loaded: its number must not come again for another.
 */
int
wr_plugin_file_open(struct wr_plugin *plugin, int fd, struct weir_err *err)
{
	const struct weir_plugin *(*entry)(void);
	char copy[32];
	void *symbol;

	snprintf(copy, sizeof copy, "/proc/self/fd/%d", fd);
	plugin->handle = dlopen(copy, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (plugin->handle == NULL) {
		plugin_dl_failed(plugin, copy, err);
		close(fd);
		return -EINVAL;
	}
	symbol = dlsym(plugin->handle, "weir_plugin_entry");
	if (symbol == NULL)
		return plugin_fail(plugin->path, err, -EINVAL,
			"it has no symbol weir_plugin_entry, so it is not a plugin of weir");
	memcpy(&entry, &symbol, sizeof entry);
	plugin->desc = entry();
	if (plugin->desc == NULL)
		return plugin_fail(plugin->path, err, -EINVAL, "weir_plugin_entry() gave NULL");
	return 0;
}
