/* peers.c - the table of open connections, and the clock that ends the slow ones. */
#include "edge/http/peers.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <time.h>

#include "core/base/check.h"
#include "edge/sys/memory.h"

#define NS_PER_MS UINT64_C(1000000)

struct peers {
	struct http_limits limits;
	pthread_mutex_t    lock;
	pthread_cond_t     stop; /* the sweeper sleeps on it */
	bool               stopping;
	pthread_t          sweeper;
	struct peer       *first;
	uint32_t           count; /* without those that were dropped */
};

uint64_t
peers_now_ns(void)
{
	struct timespec now;
	int             status = clock_gettime(CLOCK_MONOTONIC, &now);
	CHECK(status == 0);
	return (uint64_t)now.tv_sec * 1000 * NS_PER_MS + (uint64_t)now.tv_nsec;
}

void
peer_enter(struct peer *peer, enum peer_phase phase, uint64_t now_ns, uint64_t size)
{
	atomic_store_explicit(&peer->size, size, memory_order_relaxed);
	atomic_store_explicit(&peer->since_ns, now_ns, memory_order_relaxed);
	atomic_store_explicit(&peer->phase, phase, memory_order_release);
}

/* ---- deadlines ---- */

static uint64_t
bytes_received(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t       size = sizeof(info);
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
		return 0;
	return info.tcpi_bytes_received;
}

/* The server library tells nothing between two requests before a whole request line
 * is there, so the kernel's count of received bytes says whether one has begun. */
static bool
idle_is_over(const struct peers *peers, struct peer *peer, uint64_t since_ns, uint64_t now_ns)
{
	if (now_ns - since_ns > peers->limits.idle_ms * NS_PER_MS)
		return true;
	uint64_t received = bytes_received(peer->fd);
	if (peer->idle_since_ns != since_ns) {
		peer->idle_since_ns   = since_ns;
		peer->idle_received   = received;
		peer->idle_started_ns = 0;
	} else if (received > peer->idle_received && peer->idle_started_ns == 0) {
		peer->idle_started_ns = now_ns;
	}
	return peer->idle_started_ns != 0 &&
	       now_ns - peer->idle_started_ns > peers->limits.head_ms * NS_PER_MS;
}

/* Whether size bytes took longer than the slowest rate and a grace allow. */
static bool
is_too_slow(const struct http_limits *limits, uint64_t size, uint64_t spent_ns)
{
	uint64_t grace_ns = limits->grace_ms * NS_PER_MS;
	if (spent_ns <= grace_ns)
		return false;
	uint64_t rate_ms = limits->body_rate ? size * 1000 / limits->body_rate : UINT64_MAX / 2;
	return (spent_ns - grace_ns) / NS_PER_MS > rate_ms;
}

static bool
deadline_is_broken(const struct peers *peers, struct peer *peer, uint64_t now_ns)
{
	enum peer_phase phase    = atomic_load_explicit(&peer->phase, memory_order_acquire);
	uint64_t        since_ns = atomic_load_explicit(&peer->since_ns, memory_order_relaxed);
	uint64_t        size     = atomic_load_explicit(&peer->size, memory_order_relaxed);
	uint64_t        spent_ns = now_ns > since_ns ? now_ns - since_ns : 0;
	switch (phase) {
	case PEER_OPENED:
	case PEER_HEAD:
		return spent_ns > peers->limits.head_ms * NS_PER_MS;
	case PEER_IDLE:
		return now_ns > since_ns && idle_is_over(peers, peer, since_ns, now_ns);
	case PEER_BODY:
	case PEER_SENDING:
		return is_too_slow(&peers->limits, size, spent_ns);
	case PEER_LEAVING:
		return spent_ns > peers->limits.grace_ms * NS_PER_MS / 4;
	case PEER_WORKING:
		break;
	}
	return false;
}

static void
drop(struct peers *peers, struct peer *peer)
{
	CHECK(!peer->dropped);
	CHECK(peers->count > 0);
	peer->dropped = true;
	peers->count--;
	(void)shutdown(peer->fd, SHUT_RDWR);
}

static void
sweep(struct peers *peers)
{
	uint64_t now_ns = peers_now_ns();
	for (struct peer *peer = peers->first; peer; peer = peer->next)
		if (!peer->dropped && deadline_is_broken(peers, peer, now_ns))
			drop(peers, peer);
}

/* An eighth of the shortest deadline, between 20 ms and a second. */
static uint64_t
sweep_pause_ms(const struct http_limits *limits)
{
	uint64_t least = limits->head_ms < limits->grace_ms ? limits->head_ms : limits->grace_ms;
	if (limits->idle_ms < least)
		least = limits->idle_ms;
	least /= 8;
	return least < 20 ? 20 : least > 1000 ? 1000 : least;
}

static void *
sweeper_run(void *context)
{
	struct peers *peers    = context;
	uint64_t      pause_ns = sweep_pause_ms(&peers->limits) * NS_PER_MS;
	pthread_mutex_lock(&peers->lock);
	while (!peers->stopping) {
		uint64_t        wake_ns = peers_now_ns() + pause_ns;
		struct timespec wake    = { .tv_sec  = (time_t)(wake_ns / (1000 * NS_PER_MS)),
			                    .tv_nsec = (long)(wake_ns % (1000 * NS_PER_MS)) };
		(void)pthread_cond_timedwait(&peers->stop, &peers->lock, &wake);
		sweep(peers);
	}
	pthread_mutex_unlock(&peers->lock);
	return NULL;
}

/* ---- the table ---- */

struct peers *
peers_open(const struct http_limits *limits)
{
	struct memory memory = system_memory();
	struct peers *peers  = memory.take(memory.owner, sizeof(*peers));
	*peers               = (struct peers){ .limits = *limits };
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&peers->lock, NULL);
	pthread_cond_init(&peers->stop, &monotonic);
	pthread_condattr_destroy(&monotonic);
	int status = pthread_create(&peers->sweeper, NULL, sweeper_run, peers);
	CHECK(status == 0);
	return peers;
}

void
peers_close(struct peers *peers)
{
	pthread_mutex_lock(&peers->lock);
	peers->stopping = true;
	pthread_cond_signal(&peers->stop);
	pthread_mutex_unlock(&peers->lock);
	pthread_join(peers->sweeper, NULL);
	CHECK(peers->first == NULL);
	pthread_cond_destroy(&peers->stop);
	pthread_mutex_destroy(&peers->lock);
	struct memory memory = system_memory();
	memory.give(memory.owner, peers, sizeof(*peers));
}

/* Whom an address stands for: an IPv4 address, or the /64 of an IPv6 one, since
 * every site has a whole /64 to itself. */
static void
address_key(const struct sockaddr *address, uint8_t key[16])
{
	memset(key, 0, 16);
	if (address->sa_family == AF_INET) {
		struct sockaddr_in in;
		memcpy(&in, address, sizeof(in));
		memcpy(key, &in.sin_addr, 4);
		key[15] = 4;
	} else if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 in;
		memcpy(&in, address, sizeof(in));
		bool is_ipv4 = IN6_IS_ADDR_V4MAPPED(&in.sin6_addr);
		memcpy(key, (const uint8_t *)&in.sin6_addr + (is_ipv4 ? 12 : 0), is_ipv4 ? 4 : 8);
		key[15] = is_ipv4 ? 4 : 6;
	}
}

static bool
is_waiting(const struct peer *peer)
{
	enum peer_phase phase = atomic_load_explicit(&peer->phase, memory_order_relaxed);
	return phase == PEER_OPENED || phase == PEER_IDLE;
}

/* The connection that has waited longest for a request; of address unless NULL. */
static struct peer *
longest_waiting(const struct peers *peers, const uint8_t *address)
{
	struct peer *longest = NULL;
	uint64_t     oldest  = UINT64_MAX;
	for (struct peer *peer = peers->first; peer; peer = peer->next) {
		uint64_t since = atomic_load_explicit(&peer->since_ns, memory_order_relaxed);
		if (peer->dropped || !is_waiting(peer) || since >= oldest)
			continue;
		if (address && memcmp(peer->address, address, 16) != 0)
			continue;
		longest = peer;
		oldest  = since;
	}
	return longest;
}

static uint32_t
count_of(const struct peers *peers, const uint8_t address[16])
{
	uint32_t count = 0;
	for (const struct peer *peer = peers->first; peer; peer = peer->next)
		count += !peer->dropped && memcmp(peer->address, address, 16) == 0;
	return count;
}

static bool
make_room(struct peers *peers, const uint8_t *address)
{
	struct peer *peer = longest_waiting(peers, address);
	if (peer)
		drop(peers, peer);
	return peer != NULL;
}

bool
peers_admit(struct peers *peers, const struct sockaddr *address, socklen_t size)
{
	(void)size;
	uint8_t key[16];
	address_key(address, key);
	pthread_mutex_lock(&peers->lock);
	bool admitted = true;
	if (count_of(peers, key) >= peers->limits.connections_per_address)
		admitted = make_room(peers, key);
	if (admitted && peers->count >= peers->limits.connections)
		admitted = make_room(peers, NULL);
	pthread_mutex_unlock(&peers->lock);
	return admitted;
}

void
peers_add(struct peers *peers, struct peer *peer, int fd, const struct sockaddr *address)
{
	*peer = (struct peer){ .fd = fd };
	if (address)
		address_key(address, peer->address);
	peer_enter(peer, PEER_OPENED, peers_now_ns(), 0);
	pthread_mutex_lock(&peers->lock);
	peer->next = peers->first;
	if (peers->first)
		peers->first->before = peer;
	peers->first = peer;
	peers->count++;
	pthread_mutex_unlock(&peers->lock);
}

void
peers_remove(struct peers *peers, struct peer *peer)
{
	pthread_mutex_lock(&peers->lock);
	if (peer->before)
		peer->before->next = peer->next;
	else
		peers->first = peer->next;
	if (peer->next)
		peer->next->before = peer->before;
	peers->count -= !peer->dropped;
	pthread_mutex_unlock(&peers->lock);
}

uint32_t
peers_count(struct peers *peers)
{
	pthread_mutex_lock(&peers->lock);
	uint32_t count = peers->count;
	pthread_mutex_unlock(&peers->lock);
	return count;
}

bool
peers_any_working(struct peers *peers)
{
	bool working = false;
	pthread_mutex_lock(&peers->lock);
	for (const struct peer *peer = peers->first; peer; peer = peer->next)
		working |= atomic_load(&peer->phase) == PEER_WORKING;
	pthread_mutex_unlock(&peers->lock);
	return working;
}
