"""What the server counts, in Prometheus form: queries by kind and outcome, latency, work in progress, processes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric

from kg.web.querying.pool import Pool

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """One registry per application, so that several may live in one process."""

    def __init__(self, pool: Pool) -> None:
        self._registry = CollectorRegistry()
        self._queries = Counter(
            "kg_queries",
            "Queries by kind of result and outcome",
            ["kind", "outcome"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "kg_query_seconds", "Time from request to the end of the response", ["kind"],
            buckets=_BUCKETS, registry=self._registry,
        )  # fmt: skip
        self._registry.register(_PoolCollector(pool))
        # Looking a labelled child up takes longer than counting.
        self._counter = cache(lambda kind, outcome: self._queries.labels(kind, outcome))
        self._timer = cache(lambda kind: self._seconds.labels(kind))

    def query(self, kind: str, outcome: str, seconds: float) -> None:
        """Count a query. `kind` is solutions, boolean, graph, page or unknown; `outcome` is ok, cached or a reason."""
        self._counter(kind, outcome).inc()
        self._timer(kind).observe(seconds)

    def render(self) -> bytes:
        return generate_latest(self._registry)


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
