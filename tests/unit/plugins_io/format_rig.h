/* SPDX-License-Identifier: Apache-2.0 */
/* What every test of a format begins and ends with: the format in the small host of mock.h. */
#ifndef FORMAT_RIG_H
#define FORMAT_RIG_H

#include <check.h>
#include <stdlib.h>

#include "mock.h"

static struct mock *mock;
static const struct weir_format *format;
static void *conf, *self;

/* Number `which` of the plugin; conf is empty. */
static void
format_setup(uint32_t which)
{
	mock = mock_new();
	format = weir_plugin_entry()->formats[which];
	conf = calloc(1, format->conf_size);
	self = NULL;
}

static void
teardown(void)
{
	if (self != NULL)
		format->close(self);
	free(conf);
	mock_free(mock);
}

static void
open_format(void)
{
	ck_assert_int_eq(format->plan(conf, &mock->plan, mock->task.host), WEIR_OK);
	ck_assert_int_eq(format->open(conf, &mock->task, &self), WEIR_OK);
}

#endif
