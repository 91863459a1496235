"""The instruments of a factsheet: what headings name (`headings`), what prose names (`prose`), and how both relate.

`find.find_instruments` is the way in. `known` holds one draft per instrument and `same` the pairs that turned out to be one.
"""

from __future__ import annotations
