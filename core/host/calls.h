/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an expression can call: functions and aggregates of plugins, and the forms of the language,
 * which stand among the functions.  For help, the reference page and syntax files.  Any thread.
 */
#ifndef WR_HOST_CALLS_H
#define WR_HOST_CALLS_H

#include "engine/plugin.h"

/* example may be NULL, the others are not. */
struct wr_help_call {
	const char *kind, *name, *signature, *summary, *example;
};

/* WR_OFFER_FUNCTION or WR_OFFER_AGGREGATE: all of them, by name, on the heap; gives how many. */
size_t wr_help_calls(const struct wr_plugins *plugins, uint32_t item, struct wr_help_call **calls);

#endif
