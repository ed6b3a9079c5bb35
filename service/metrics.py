"""What is measured: each metric once, with its name, its kind, its labels and what it means.

Prometheus's own library counts, and writes them down; durations are counted by `service/durations.py`, many at once.
What is known elsewhere already (how many connections are open, where the log is) is looked up when somebody asks:
whoever knows it shows it here.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, ProcessCollector, disable_created_metrics
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from service.durations import Histogram

disable_created_metrics()  # type: ignore[no-untyped-call] # a series beside each counter, of when it began: nothing here asks for that

HISTOGRAM, COUNTER, GAUGE = "histogram", "counter", "gauge"


class Metric(NamedTuple):
    """A metric: its name, its kind, what it says, and its labels."""

    name: str
    kind: str
    says: str
    labels: tuple[str, ...] = ()


REQUEST_DURATION = Metric(
    "citable_request_duration_seconds",
    HISTOGRAM,
    "Seconds from a request's last header field to its answer's last byte handed over, "
    "by the level of the cache that had the answer.",
    ("route", "method", "status", "level"),
)
REQUESTS_IN_PROGRESS = Metric(
    "citable_requests_in_progress", GAUGE, "Requests being answered, but for those memory answers at once."
)
POOL_WAIT = Metric(
    "citable_pool_wait_seconds",
    HISTOGRAM,
    "Seconds a reader or a writer waited for a connection, or a reader for one to a replica.",
    ("use",),
)
REPLICA_READS = Metric(
    "citable_replica_reads_total",
    COUNTER,
    "Reads a replica might have answered: that one did, or why the primary was asked.",
    ("result",),
)
QUEUE_WAIT = Metric(
    "citable_queue_wait_seconds",
    HISTOGRAM,
    "Seconds a read that memory could not answer, a key to be looked up, or a write waited for its turn.",
    ("use",),
)
QUEUE_LENGTH = Metric("citable_queue_length", GAUGE, "Requests that wait for their turn now.", ("use",))
CONNECTIONS_OPEN = Metric("citable_connections_open", GAUGE, "Open connections of clients.")
CONNECTIONS_CUT = Metric(
    "citable_connections_cut_total",
    COUNTER,
    "Connections of clients that were ended as not worth keeping, by why.",
    ("why",),
)
POOL_CONNECTIONS = Metric(
    "citable_pool_connections", GAUGE, "Open connections to PostgreSQL that are idle or used.", ("state",)
)
CACHE_ANSWERS = Metric(
    "citable_cache_answers_total", COUNTER, "Views of the log that were answered, by where they were found.", ("level",)
)
CACHE_MEMORY = Metric("citable_cache_memory_bytes", GAUGE, "Bytes of answers kept in memory, about.")
LOG_POSITION = Metric("citable_log_position", GAUGE, "The newest position of the log that is known here.")
LOG_UNCONFIRMED = Metric(
    "citable_log_unconfirmed_seconds",
    GAUGE,
    "Seconds since PostgreSQL was last asked for the newest position, and answered.",
)
FOLLOWERS = Metric("citable_followers", GAUGE, "Readers who wait for changes.")
FOLLOWERS_LIMIT = Metric("citable_followers_limit", GAUGE, "Readers who may wait for changes at once.")
WEBHOOK_LAG_POSITIONS = Metric(
    "citable_webhook_lag_positions",
    GAUGE,
    "Positions of the log between its head and the enabled webhook farthest behind.",
)
WEBHOOK_LAG_SECONDS = Metric(
    "citable_webhook_lag_seconds",
    GAUGE,
    "Seconds since the first change was recorded that this webhook has not come to.",
)
WEBHOOK_OVERDUE = Metric(
    "citable_webhook_overdue_seconds",
    GAUGE,
    "Seconds for which the webhook that waits for a worker longest could have been sent to: it is not paused.",
)
WEBHOOK_ATTEMPTS = Metric(
    "citable_webhook_attempts_total", COUNTER, "Messages sent to webhooks, by what came of it.", ("result",)
)
WEBHOOKS_DISABLED = Metric("citable_webhooks_disabled", GAUGE, "Webhooks that are disabled, by us or by their owner.")
RATE_LIMIT_REFUSALS = Metric(
    "citable_rate_limit_refusals_total", COUNTER, "Requests refused since their sender's share was used.", ("limit",)
)
REDIS_CIRCUIT = Metric(
    "citable_redis_circuit_open", GAUGE, "1 while Redis is left alone, since it failed three times in a row; else 0."
)
FAILURES_TOLERATED = Metric(
    "citable_failures_tolerated_total", COUNTER, "Failures that were survived, by what failed.", ("what",)
)
WRITES = Metric("citable_writes_total", COUNTER, "Requests to change something, by what became of them.", ("result",))
LOG_LINES_DROPPED = Metric(
    "citable_log_lines_dropped_total", COUNTER, "Lines of the program's own log that could not be written in time."
)
BUILD_INFO = Metric("citable_build_info", GAUGE, "1; the release that runs is its label.", ("version",))

METRICS = tuple(value for value in globals().values() if isinstance(value, Metric))

OF_PROCESS = (
    "process_cpu_seconds_total",
    "process_max_fds",
    "process_open_fds",
    "process_resident_memory_bytes",
    "process_start_time_seconds",
    "process_virtual_memory_bytes",
)
"""What Prometheus's own library knows of a process, under the names it has everywhere; nothing without a /proc."""

REQUEST_BUCKETS = (
    0.000025,
    0.00005,
    0.0001,
    0.00025,
    0.0005,
    0.001,
    0.0025,
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1,
    2.5,
    5,
    10,
)
"""Seconds: what memory has takes some of the first, what Postgres is asked for a millisecond, a search some more."""
WAIT_BUCKETS = (0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1)
"""Seconds: a connection is there at once, or waited for a second at most."""

_ANSWERS = {"memory": "memory", "redis": "redis", "store": "miss"}
"""What an answer is called that a level had."""

Values = Mapping[tuple[str, ...], float]
"""Values by their labels' values, in the metric's order."""


class Metrics(Collector):
    """The metrics of a process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = self._histogram(REQUEST_DURATION, REQUEST_BUCKETS)
        self.pool_wait = self._histogram(POOL_WAIT, WAIT_BUCKETS)
        self.queue_wait = self._histogram(QUEUE_WAIT, WAIT_BUCKETS)
        self.writes = self._counter(WRITES, "done", "refused", "failed")
        self.refusals = self._counter(RATE_LIMIT_REFUSALS, "reads", "key-reads", "writes", "followers")
        self.attempts = self._counter(WEBHOOK_ATTEMPTS, "taken", "refused", "unreachable")
        self.replica_reads = self._counter(REPLICA_READS, "answered", "behind", "down", "failed", "busy")
        for use in ("reading", "identifying", "writing"):
            self.queue_wait.labels(use)
        for use in ("reading", "writing", "replica"):
            self.pool_wait.labels(use)
        self._shown: list[tuple[Metric, Callable[[], Values]]] = [(CACHE_ANSWERS, self._cache_answers)]
        self.registry.register(self)

    def show(self, metric: Metric, values: Callable[[], Values]) -> None:
        """Asks for values whenever the metrics are read, by another thread than asked for this.

        Several may show one metric: what has the same labels is added up. What is not known is left out.
        """
        self._shown.append((metric, values))

    def show_one(self, metric: Metric, value: Callable[[], float | None]) -> None:
        """The same, for a metric without labels; None while it is not known."""

        def values() -> Values:
            found = value()
            return {} if found is None else {(): found}

        self.show(metric, values)

    def read_by_replicas(self, result: str) -> None:
        """Counts a read that a replica might have answered."""
        self.replica_reads.labels(result).inc()

    def attempted(self, status: int | None, *, is_taken: bool) -> None:
        """Counts a message sent to a webhook: taken, refused with a status, or never answered."""
        self.attempts.labels("taken" if is_taken else "unreachable" if status is None else "refused").inc()

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Nothing: what is shown is only known when it is asked for."""
        return ()

    def collect(self) -> Iterable[GaugeMetricFamily | CounterMetricFamily]:
        """What is shown, as it is now."""
        found: dict[Metric, dict[tuple[str, ...], float]] = {}
        for metric, values in list(self._shown):
            added = found.setdefault(metric, {})
            for labels, value in values().items():
                added[labels] = added.get(labels, 0) + value
        for metric, added in found.items():
            kind = GaugeMetricFamily if metric.kind == GAUGE else CounterMetricFamily
            family = kind(metric.name, metric.says, labels=metric.labels)
            for labels, value in added.items():
                family.add_metric(labels, value)
            yield family

    def _cache_answers(self) -> Values:
        """How many answers each level had: the durations tell, so nothing else needs to count them."""
        answers: dict[tuple[str, ...], float] = {("memory",): 0.0, ("redis",): 0.0, ("miss",): 0.0}
        for family in self.requests.collect():
            for sample in family.samples:
                level = (_ANSWERS.get(sample.labels["level"], ""),)
                if sample.name.endswith("_count") and level in answers:
                    answers[level] += sample.value
        return answers

    def _histogram(self, metric: Metric, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(metric.name, metric.says, metric.labels, buckets, self.registry)

    def _counter(self, metric: Metric, *known: str) -> Counter:
        """A counter that begins at 0 for each value its label is known to have."""
        counter = Counter(metric.name, metric.says, metric.labels, registry=self.registry)
        for value in known:
            counter.labels(value)
        return counter
