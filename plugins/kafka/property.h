/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which properties of librdkafka a conf may set.  Not all: some load code or run programs, and
 * others would break what the source and the sink promise.
 */
#ifndef KAFKA_PROPERTY_H
#define KAFKA_PROPERTY_H

#include <stddef.h>
#include <stdint.h>

/* 0, or -1 and a sentence.  kind: CLIENT_*. */
int property_check(const char *name, uint32_t kind, char *why, size_t size);

#endif
