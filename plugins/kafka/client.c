/* SPDX-License-Identifier: Apache-2.0 */
/* What consumers and producers have in common. */
#include "client.h"

#include <stdlib.h>
#include <string.h>

#include "property.h"

char *
client_brokers(const struct client_conf *conf)
{
	size_t len = 1;
	char *text, *to;

	for (uint32_t i = 0; i < conf->brokers.n; i++)
		len += conf->brokers.v[i].len + 1;
	to = text = malloc(len);
	for (uint32_t i = 0; text != NULL && i < conf->brokers.n; i++) {
		if (i > 0)
			*to++ = ',';
		memcpy(to, conf->brokers.v[i].p, conf->brokers.v[i].len);
		to += conf->brokers.v[i].len;
	}
	if (text != NULL)
		*to = '\0';
	return text;
}

static int
plan_property(struct weir_str name, struct weir_str value, uint32_t kind, struct weir_plan *plan,
	const struct weir_host *host)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char why[512], said[256], *n = strndup(name.p, name.len), *v = strndup(value.p, value.len);
	int bad = n == NULL || v == NULL || property_check(n, kind, why, sizeof why) < 0;
	uint32_t loc = name.loc;

	if (!bad && rd_kafka_conf_set(conf, n, v, said, sizeof said) != RD_KAFKA_CONF_OK) {
		snprintf(why, sizeof why, "property \"%s\": %s", n, said);
		loc = value.loc;
		bad = 1;
	}
	if (bad)
		host->problem(plan, loc, n == NULL || v == NULL ? "out of memory" : why);
	free(n);
	free(v);
	rd_kafka_conf_destroy(conf);
	return bad ? -EINVAL : WEIR_OK;
}

int
client_plan(const struct client_conf *conf, uint32_t kind, struct weir_plan *plan,
	const struct weir_host *host)
{
	int rc = WEIR_OK;

	for (uint32_t i = 0; i < conf->property.n; i++)
		if (plan_property(conf->property.v[i], conf->value.v[i], kind, plan, host) < 0)
			rc = -EINVAL;
	return rc;
}

void
client_log(struct weir_task *task, int level, const char *facility, const char *text)
{
	char line[512];

	(void)facility;
	if (task == NULL)
		return;
	snprintf(line, sizeof line, "librdkafka: %s", text);
	task->host->log(task, level < WEIR_LOG_ERROR ? WEIR_LOG_ERROR : level, line);
}

static void
on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
	client_log(rd_kafka_opaque(rk), level, facility, text);
}

void
client_set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
	char why[256];

	if (rd_kafka_conf_set(conf, name, value, why, sizeof why) != RD_KAFKA_CONF_OK)
		abort(); /* names and values are this plugin's, or were checked by plan() */
}

rd_kafka_conf_t *
client_conf_new(const struct client_conf *conf, uint32_t kind, struct weir_task *task,
	const char *const *first)
{
	rd_kafka_conf_t *rdconf = rd_kafka_conf_new();
	char *brokers = client_brokers(conf), why[256];

	if (brokers == NULL || rdconf == NULL) {
		free(brokers);
		return NULL;
	}
	for (; *first != NULL; first += 2)
		client_set(rdconf, first[0], first[1]);
	for (uint32_t i = 0; i < conf->property.n; i++) {
		char *n = strndup(conf->property.v[i].p, conf->property.v[i].len);
		char *v = strndup(conf->value.v[i].p, conf->value.v[i].len);

		if (n != NULL && v != NULL && property_check(n, kind, why, sizeof why) == 0)
			rd_kafka_conf_set(rdconf, n, v, why, sizeof why);
		free(n);
		free(v);
	}
	client_set(rdconf, "bootstrap.servers", brokers);
	free(brokers);
	rd_kafka_conf_set_log_cb(rdconf, on_log);
	rd_kafka_conf_set_opaque(rdconf, task);
	return rdconf;
}

rd_kafka_t *
client_new(rd_kafka_type_t type, rd_kafka_conf_t *conf, struct weir_err *err)
{
	char why[384];
	rd_kafka_t *rk = rd_kafka_new(type, conf, why, sizeof why);

	if (rk == NULL) {
		rd_kafka_conf_destroy(conf);
		weir_fail(err, -EINVAL, "librdkafka refuses its configuration: %s%s", why,
			strstr(why, "ssl.key.location failed") != NULL
				? "; see that file and ssl.key.password"
				: "");
	}
	return rk;
}

/* A broker that ends the handshake says so by an alert. */
static int
is_alert(const char *why)
{
	return strstr(why, "SSL alert") != NULL;
}

static const char *
unreachable_remedy(rd_kafka_resp_err_t code, const char *why)
{
	if (code == RD_KAFKA_RESP_ERR__AUTHENTICATION)
		return "sasl.mechanism, sasl.username and sasl.password";
	if (code == RD_KAFKA_RESP_ERR__SSL && is_alert(why))
		return "ssl.certificate.location and ssl.key.location, and whether the broker "
		       "trusts that certificate's authority";
	if (code == RD_KAFKA_RESP_ERR__SSL)
		return "security.protocol, ssl.ca.location and the broker's certificate";
	return "that they run and can be reached from here";
}

int
client_unreachable(const struct client_conf *conf, rd_kafka_resp_err_t code, const char *why,
	struct weir_err *err)
{
	char *brokers = client_brokers(conf);
	const char *said = why != NULL ? why : rd_kafka_err2str(code);
	int is_refused = code == RD_KAFKA_RESP_ERR__AUTHENTICATION || is_alert(said);
	int rc = weir_fail(err, -EHOSTUNREACH, "no broker %s at %.200s: %s; see %s",
		is_refused ? "lets us in" : "answers", brokers != NULL ? brokers : "", said,
		unreachable_remedy(code, said));

	err->loc = conf->brokers.loc;
	free(brokers);
	return rc;
}

static int
topic_failed(struct weir_str name, rd_kafka_resp_err_t code, struct weir_err *err)
{
	err->loc = name.loc;
	if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
		weir_fail(err, -ENOENT, "there is no topic \"%.*s\"; create it first",
			(int)name.len, name.p);
	else if (code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
		weir_fail(err, -EACCES, "may not use topic \"%.*s\"; give the user rights on it",
			(int)name.len, name.p);
	else
		weir_fail(err, -EIO, "topic \"%.*s\" cannot be used: %s", (int)name.len, name.p,
			rd_kafka_err2str(code));
	return err->code;
}

/* A topic that has just been made may have no leader for a moment. */
int
client_topic(rd_kafka_t *rk, const struct client_conf *conf, struct weir_str name,
	int32_t *partitions, struct weir_err *err)
{
	const struct rd_kafka_metadata *metadata;
	char *topic = strndup(name.p, name.len);
	rd_kafka_topic_t *rkt = topic != NULL ? rd_kafka_topic_new(rk, topic, NULL) : NULL;
	rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;

	free(topic);
	if (rkt == NULL)
		return weir_fail(err, -EINVAL, "\"%.*s\" cannot be the name of a topic",
			(int)name.len, name.p);
	for (int i = 0; i < 20 && code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE; i++) {
		if (i > 0)
			rd_kafka_poll(rk, 100);
		code = rd_kafka_metadata(rk, 0, rkt, &metadata, KAFKA_TIMEOUT_MS);
		if (code != 0)
			break;
		code = metadata->topic_cnt > 0 ? metadata->topics[0].err
					       : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
		*partitions = code == 0 ? metadata->topics[0].partition_cnt : 0;
		rd_kafka_metadata_destroy(metadata);
		if (code != 0 && code != RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE) {
			rd_kafka_topic_destroy(rkt);
			return topic_failed(name, code, err);
		}
	}
	rd_kafka_topic_destroy(rkt);
	return code == 0 ? 0 : client_unreachable(conf, code, NULL, err);
}

void
client_reach_init(struct client_reach *reach)
{
	*reach = (struct client_reach){.code = RD_KAFKA_RESP_ERR__TIMED_OUT};
	pthread_mutex_init(&reach->lock, NULL);
}

void
client_reach_fini(struct client_reach *reach)
{
	pthread_mutex_destroy(&reach->lock);
}

void
client_reach_error(struct client_reach *reach, int code, const char *reason)
{
	char *took;

	pthread_mutex_lock(&reach->lock);
	if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
		reach->is_down = 1;
	} else {
		reach->code = is_alert(reason) ? RD_KAFKA_RESP_ERR__SSL : code;
		snprintf(reach->why, sizeof reach->why, "%s", reason);
		took = strstr(reach->why, " (after ");
		if (took != NULL)
			*took = '\0';
	}
	pthread_mutex_unlock(&reach->lock);
}

/* Whether waiting for an answer is of no use. */
static int
is_hopeless(struct client_reach *reach, int at_once)
{
	int hopeless;

	pthread_mutex_lock(&reach->lock);
	hopeless = reach->is_down && (at_once || reach->code == RD_KAFKA_RESP_ERR__AUTHENTICATION ||
					     reach->code == RD_KAFKA_RESP_ERR__SSL);
	pthread_mutex_unlock(&reach->lock);
	return hopeless;
}

int
client_cluster(rd_kafka_t *rk, const struct client_conf *conf, struct client_reach *reach,
	int at_once, struct weir_err *err, char cluster[64])
{
	enum { SLICE_MS = 100 };
	char *id = NULL;
	int rc;

	for (int i = 0; i < KAFKA_TIMEOUT_MS / SLICE_MS && id == NULL; i++) {
		if (is_hopeless(reach, at_once))
			break;
		id = rd_kafka_clusterid(rk, SLICE_MS);
		rd_kafka_poll(rk, 0); /* the error callback */
	}
	if (id != NULL) {
		snprintf(cluster, 64, "%s", id);
		rd_kafka_mem_free(rk, id);
		return 0;
	}
	pthread_mutex_lock(&reach->lock);
	rc = client_unreachable(conf, reach->code, reach->why[0] != '\0' ? reach->why : NULL, err);
	pthread_mutex_unlock(&reach->lock);
	return rc;
}

static void *
shared_new(void *arg)
{
	(void)arg;
	return calloc(1, sizeof(struct client_shared));
}

struct client_shared *
client_shared(struct weir_task *task, const char *cluster)
{
	char key[96];

	snprintf(key, sizeof key, "kafka.cluster.%s", cluster);
	return task->host->shared(task, key, shared_new, free, NULL);
}
