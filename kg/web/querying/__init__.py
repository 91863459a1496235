"""Answering queries in processes of their own, so that any query can be stopped for good at any moment.

`pool` is the server's side. It tells a `nursery` (one process per dataset version, which has the data open) to fork
`worker` processes, and talks to each over a socket in `frames`. The library that evaluates SPARQL has no way to cancel
a query; ending its process is the only one that always works (docs/endpoint.md).

`reviser` is the process in which one update is carried out and checked (kg/web/update.py starts it).

Importing this package loads nothing: the nursery starts with a small memory footprint.
"""
