/* SPDX-License-Identifier: Apache-2.0 */
/* Places where tests end the process; see failpoint.h.  Part of such builds only. */
#define WEIR_FAILPOINTS 1
#include "base/failpoint.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
wr_failpoint(const char *name)
{
	static _Atomic long hits;
	const char *wanted = getenv("WEIR_FAILPOINT");
	size_t len = strlen(name);

	if (wanted == NULL || strncmp(wanted, name, len) != 0 || wanted[len] != ':')
		return;
	if (atomic_fetch_add(&hits, 1) + 1 == strtol(wanted + len + 1, NULL, 10))
		_exit(137);
}
