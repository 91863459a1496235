"""The store: published dataset versions on disk. `kg.store.embedded` keeps them, `kg.store.build` makes them.

(`kg.store.build` pulls in the whole pipeline, so it is imported by name where it is needed, not from here.)
"""

from kg.store.embedded import (
    Lease,
    NoStore,
    PublishingInProgress,
    Version,
    back_up,
    current_version,
    hold,
    open_store,
    publish,
    restore,
)

__all__ = [
    "Lease",
    "NoStore",
    "PublishingInProgress",
    "Version",
    "back_up",
    "current_version",
    "hold",
    "open_store",
    "publish",
    "restore",
]
