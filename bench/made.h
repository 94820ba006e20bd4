/* made.h - the events of the benchmarks, made up: event number k of a stream is always
 * the same.
 *
 * A stream is 30 days of 24 hours, in order of time. In each hour every service reports
 * its instances from 1 to 3 environments, in random order, once or as often as the
 * number of events allows; one event in fifty is a deployment instead. One slot in a
 * hundred repeats an event of the million before it. A service's account, source,
 * project, infrastructure and deployment type follow from its number. */
#ifndef TALLY_BENCH_MADE_H
#define TALLY_BENCH_MADE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum {
	MADE_SERVICES         = 10000,
	MADE_HOURS            = 720,
	MADE_EVENT_ROOM       = 512,
	MADE_REPEAT_EVERY     = 100,
	MADE_REPEAT_BACK      = 1000000,
	MADE_DEPLOYMENT_EVERY = 50,
	MADE_SPLITS_EACH_18   = 25, /* 13 services with 1 environment, 3 with 2, 2 with 3 */
	MADE_SPLITS           = MADE_SERVICES / 18 * MADE_SPLITS_EACH_18 + MADE_SERVICES % 18,
};

/* What is made: so many events of so many accounts. */
struct made {
	uint64_t events;
	uint32_t accounts;
};

static inline uint64_t
made_mix(uint64_t number)
{
	uint64_t z = number * UINT64_C(0x9e3779b97f4a7c15) + UINT64_C(0x2545f4914f6cdd1d);
	z          = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z          = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static inline bool
made_is_repeat(uint64_t k)
{
	return k > 1000 && made_mix(k) % MADE_REPEAT_EVERY == 0;
}

/* The event that stands in slot k: k itself, or the one that it repeats. */
static inline uint64_t
made_number(uint64_t k)
{
	if (!made_is_repeat(k))
		return k;
	uint64_t most = k < MADE_REPEAT_BACK ? k : MADE_REPEAT_BACK;
	uint64_t of   = k - 1 - made_mix(~k) % most;
	while (made_is_repeat(of))
		of--;
	return of;
}

static inline uint32_t
made_split_service(uint32_t split, uint32_t *environment)
{
	uint32_t group = split / MADE_SPLITS_EACH_18, rest = split % MADE_SPLITS_EACH_18;
	*environment = 0;
	if (rest < 13)
		return group * 18 + rest;
	if (rest < 19) {
		*environment = (rest - 13) % 2;
		return group * 18 + 13 + (rest - 13) / 2;
	}
	*environment = (rest - 19) % 3;
	return group * 18 + 16 + (rest - 19) / 3;
}

/* A walk through all splits, another in each hour: steps of a length without a common
 * factor with their number (13,885 = 5 * 2,777). */
static inline uint32_t
made_split(uint32_t hour, uint64_t index)
{
	uint64_t step = 1 + made_mix(hour) % (MADE_SPLITS - 1);
	while (step % 5 == 0 || step % 2777 == 0)
		step++;
	return (uint32_t)((index * step + made_mix(hour + 1000)) % MADE_SPLITS);
}

/* What of an event comes before its data. */
static inline size_t
made_write_envelope(const struct made *made, uint64_t k, uint32_t service, bool is_deployment,
                    char *out)
{
	uint32_t hour  = (uint32_t)(k * MADE_HOURS / made->events);
	uint64_t first = (hour * made->events + MADE_HOURS - 1) / MADE_HOURS;
	uint64_t next  = ((hour + 1) * made->events + MADE_HOURS - 1) / MADE_HOURS;
	uint32_t ms    = (uint32_t)((k - first) * 3600000 / (next - first));
	uint64_t a = made_mix(k ^ UINT64_C(1) << 62), b = made_mix(a), of = made_mix(service);
	int      size =
		snprintf(out, MADE_EVENT_ROOM,
	                 "{\"specversion\":\"1.0\",\"id\":\"%08x-%04x-4%03x-%x%03x-%012llx\","
	                 "\"source\":\"/cluster-%03u\",\"type\":\"%s\",\"account\":\"acct-%03u\","
	                 "\"subject\":\"svc-%05u\",\"time\":\"2025-06-%02uT%02u:%02u:%02u.%03uZ\",",
	                 (unsigned)(a >> 32), (unsigned)(a >> 16 & 0xffff), (unsigned)(a & 0xfff),
	                 (unsigned)(8 + (b >> 62)), (unsigned)(b >> 48 & 0xfff),
	                 (unsigned long long)(b & 0xffffffffffff), (unsigned)(of % 200),
	                 is_deployment ? "cd.deployment" : "cd.instances",
	                 service / (MADE_SERVICES / made->accounts), service, hour / 24 + 1,
	                 hour % 24, ms / 60000, ms / 1000 % 60, ms % 1000);
	return (size_t)size;
}

/* The event in a slot as a line; its size. */
static inline size_t
made_write(const struct made *made, uint64_t slot, char out[MADE_EVENT_ROOM])
{
	static const char *const environments[] = { "production", "staging", "qa" };
	static const char *const kinds[]        = { "ECS", "SSH", "CustomDeployment", "AwsLambda" };

	uint64_t k = made_number(slot), a = made_mix(k);
	uint32_t hour  = (uint32_t)(k * MADE_HOURS / made->events);
	uint64_t first = (hour * made->events + MADE_HOURS - 1) / MADE_HOURS;
	uint32_t environment;
	uint32_t service = made_split_service(made_split(hour, k - first), &environment);
	uint64_t of = made_mix(service), usual = 1 + (of >> 40) % 120;
	bool     is_deployment = (a >> 20) % MADE_DEPLOYMENT_EVERY == 0;
	size_t   size          = made_write_envelope(made, k, service, is_deployment, out);
	size += (size_t)snprintf(out + size, MADE_EVENT_ROOM - size,
	                         "\"data\":{\"project\":\"p-%03u\",\"environment\":\"%s\","
	                         "\"infrastructure\":\"k8s-%02u\",",
	                         (unsigned)(of >> 16) % 300, environments[environment],
	                         (unsigned)(of >> 32) % 20 + environment);
	if (is_deployment)
		size += (size_t)snprintf(out + size, MADE_EVENT_ROOM - size,
		                         "\"deployment_type\":\"%s\",\"status\":\"%s\"}}\n",
		                         service % 20 < 4 ? kinds[service % 20] : "Kubernetes",
		                         (a >> 48) % 10 ? "success" : "failed");
	else
		size += (size_t)snprintf(out + size, MADE_EVENT_ROOM - size, "\"instances\":%u}}\n",
		                         (unsigned)(usual + (a >> 50) % (usual / 2 + 2)));
	return size;
}

#endif
