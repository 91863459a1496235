"""Answering queries in processes of their own, so that any query can be stopped for good at any moment.

On the server's side, `pool` says which query runs where and for how long, `processes` starts, asks and ends the processes, and
`answer` is what comes back. A `nursery` (one process per dataset version, which has the data open) forks `worker` processes;
each is talked to over a socket in `frames`. The library that evaluates SPARQL has no way to cancel
a query; ending its process is the only one that always works (docs/endpoint.md).

`reviser` is the process in which one update is carried out and checked (kg/web/update.py starts it).

Importing this package loads nothing: the nursery starts with a small memory footprint.
"""
