"""Publishing: what leaves the store in other forms: named queries, exports and the cooperation network.

`queries` is the library of `queries/*.rq`, `network` the cooperation graph with its measures, `exports` the dumps. All
read a `pyoxigraph.Store` whose default graph is the merge of its named graphs, each triple once.
"""
