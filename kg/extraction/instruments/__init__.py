"""The laws and policies of a questionnaire: citations and titles as one entry each, with topics, relations, articles and addresses.

`find.find_instruments` is the way in; `mentions` says where an instrument is spoken of, the others what is said of it there.
"""

from __future__ import annotations
