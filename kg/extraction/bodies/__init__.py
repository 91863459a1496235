"""The government bodies of a questionnaire: listed with their addresses (`listed`), named in prose (`prose`), two that are one (`merging`).

`find.find_bodies` is the way in.
"""

from __future__ import annotations
