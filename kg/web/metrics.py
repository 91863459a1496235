"""What the server counts, in Prometheus form: queries by kind and outcome, latency, work in progress, processes."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.utils import floatToGoString

from kg.web.querying.pool import Pool

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """What is counted. One registry per application, so that several may live in one process."""

    def __init__(self, pool: Pool) -> None:
        self._queries: Counter[tuple[str, str]] = Counter()
        self._times: dict[str, _Times] = {}
        self._registry = CollectorRegistry()
        self._registry.register(_QueryCollector(self._queries, self._times))
        self._registry.register(_PoolCollector(pool))

    def query(self, kind: str, outcome: str, seconds: float) -> None:
        """Count a query. `kind` is solutions, boolean, graph, page or unknown; `outcome` is ok, cached or a reason.

        Of the event loop only: without the locks of prometheus_client's own counters, which take a tenth of an answer
        from memory.
        """
        self._queries[kind, outcome] += 1
        times = self._times.get(kind)
        if times is None:
            times = self._times[kind] = _Times()
        times.counts[bisect_left(_BUCKETS, seconds)] += 1
        times.total += seconds

    def render(self) -> bytes:
        return generate_latest(self._registry)


class _Times:
    """How many queries took how long: up to each of _BUCKETS, and longer."""

    def __init__(self) -> None:
        self.counts = [0] * (len(_BUCKETS) + 1)
        self.total = 0.0


class _QueryCollector:
    def __init__(self, queries: Counter[tuple[str, str]], times: dict[str, _Times]) -> None:
        self._queries = queries
        self._times = times

    def collect(self) -> Iterator[Metric]:
        queries = CounterMetricFamily(
            "kg_queries", "Queries by kind of result and outcome", labels=["kind", "outcome"]
        )
        for labels, count in self._queries.items():
            queries.add_metric(labels, count)
        yield queries
        seconds = HistogramMetricFamily(
            "kg_query_seconds", "Time from request to the end of the response", labels=["kind"]
        )
        bounds = [*map(floatToGoString, _BUCKETS), "+Inf"]
        for kind, times in self._times.items():
            seconds.add_metric([kind], [*zip(bounds, accumulate(times.counts), strict=True)], times.total)
        yield seconds


class _PoolCollector:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def collect(self) -> Iterator[Metric]:
        pool = self._pool
        yield GaugeMetricFamily("kg_queries_active", "Queries running or waiting", value=pool.active)
        yield GaugeMetricFamily("kg_query_processes", "Query processes alive", value=len(pool.processes))
        killed = CounterMetricFamily(
            "kg_query_processes_killed", "Query processes ended to stop a query, by reason", labels=["reason"]
        )
        for reason, count in pool.counts.killed.items():
            killed.add_metric([reason], count)
        yield killed
        yield CounterMetricFamily(
            "kg_query_processes_lost", "Query processes that ended unasked", value=pool.counts.lost
        )
        yield CounterMetricFamily(
            "kg_query_processes_started", "Query processes started", value=pool.counts.spawned
        )
        version = pool.version
        if version is not None:
            yield InfoMetricFamily(
                "kg_dataset",
                "The served dataset version",
                value={"version": version.id, "created": version.created},
            )
            yield GaugeMetricFamily("kg_dataset_quads", "Statements in named graphs", value=version.quads)
            yield GaugeMetricFamily(
                "kg_dataset_triples", "Triples in the default graph", value=version.triples
            )
