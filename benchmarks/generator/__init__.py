"""A seeded generator of records: countries over editions, with faults and changes at known rates, and the truth about them."""

from benchmarks.generator.corpus import Corpus, write
from benchmarks.generator.world import Rates

__all__ = ["Corpus", "Rates", "write"]
