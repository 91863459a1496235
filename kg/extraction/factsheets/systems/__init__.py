"""The portals and platforms of a factsheet: what headings name (`headings`), what prose names (`prose`), and which replaced which.

`find.find_systems` is the way in. `known` holds one draft per system; `candidates` says whether a name can be that of one.
"""

from __future__ import annotations
