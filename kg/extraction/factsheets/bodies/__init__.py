"""The public bodies of a factsheet: what headings name (`headings`), what prose names (`prose`), and what is said of each (`described`).

`find.find_bodies` is the way in. `known` holds one draft per body; `candidates` says whether a name in prose is that of one.
"""

from __future__ import annotations
