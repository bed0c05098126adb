"""A benchmark, run by `make bench`: our depths beside plain schemathesis, on the same server and the same faults."""
