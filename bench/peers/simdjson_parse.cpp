/* simdjson_parse.cpp - the same events through simdjson: nanoseconds an event.
 *
 *     micro_decode --write FILE && simdjson_parse FILE
 *
 * Processor time, best of five rounds, as micro_decode measures. The DOM is asked
 * for the attributes and fields that Tally reads, nothing is checked or hashed. */
#include <cstdio>
#include <ctime>

#include <simdjson.h>

using namespace simdjson;

static double
cpu_seconds()
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct sum {
	size_t  events;
	size_t  bytes;
	int64_t instances;
};

static void
count_text(sum &sum, simdjson_result<std::string_view> text)
{
	std::string_view view;
	if (!std::move(text).get(view))
		sum.bytes += view.size();
}

static sum
dom_all(dom::parser &parser, const padded_string &body)
{
	sum                  sum = {};
	dom::document_stream stream;
	if (parser.parse_many(body).get(stream))
		return sum;
	for (auto document : stream) {
		dom::element event;
		if (document.get(event))
			continue;
		sum.events++;
		for (auto key : { "specversion", "id", "source", "type", "account", "subject", "time" })
			count_text(sum, event[key].get_string());
		dom::element data;
		if (event["data"].get(data))
			continue;
		for (auto key : { "org", "project", "environment", "infrastructure",
		                  "deployment_type", "status" })
			count_text(sum, data[key].get_string());
		int64_t instances;
		if (!data["instances"].get(instances))
			sum.instances += instances;
	}
	return sum;
}

/* Fields in the order in which they stand, the way On Demand is quickest. */
static sum
ondemand_all(ondemand::parser &parser, const padded_string &body)
{
	sum                       sum = {};
	ondemand::document_stream stream;
	if (parser.iterate_many(body).get(stream))
		return sum;
	for (auto document : stream) {
		ondemand::object event;
		if (document.get_object().get(event))
			continue;
		sum.events++;
		for (auto key : { "specversion", "id", "source", "type", "account", "subject", "time" })
			count_text(sum, event.find_field(key).get_string());
		ondemand::object data;
		if (event.find_field("data").get_object().get(data))
			continue;
		for (auto key : { "org", "project", "environment", "infrastructure" })
			count_text(sum, data.find_field(key).get_string());
		int64_t instances;
		if (!data["instances"].get(instances)) {
			sum.instances += instances;
			continue;
		}
		count_text(sum, data["deployment_type"].get_string());
		count_text(sum, data["status"].get_string());
	}
	return sum;
}

template <typename Parser, typename All>
static void
measure(const char *name, const padded_string &body, All all)
{
	Parser parser;
	sum    sum  = {};
	double best = 1e9;

	for (int round = 0; round < 5; round++) {
		double start = cpu_seconds();
		sum          = all(parser, body);
		double taken = cpu_seconds() - start;
		best         = taken < best ? taken : best;
	}
	std::printf("%-18s %7.1f ns/event  (%zu events, instances %lld, implementation %s)\n", name,
	            best * 1e9 / static_cast<double>(sum.events), sum.events,
	            static_cast<long long>(sum.instances), get_active_implementation()->name().c_str());
}

int
main(int argc, char **argv)
{
	padded_string body;
	if (argc != 2 || padded_string::load(argv[1]).get(body)) {
		std::fprintf(stderr, "usage: simdjson_parse FILE\n");
		return 2;
	}
	measure<dom::parser>("simdjson DOM", body, dom_all);
	measure<ondemand::parser>("simdjson On Demand", body, ondemand_all);
	return 0;
}
