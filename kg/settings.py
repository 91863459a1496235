"""Settings, read from the environment (`KG_…`) or a `.env` file. Each verb of the command line may override them."""

from __future__ import annotations

import os
import re
from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from kg.namespaces import HOME


class Settings(BaseSettings):
    """What a deployment may change; every field is documented in docs/settings.md."""

    model_config = SettingsConfigDict(
        env_prefix="KG_", env_file=".env", env_file_encoding="utf-8", extra="ignore"
    )

    base_iri: str = Field(HOME, description="Base of all data IRIs: …/id/…, …/graph/…")
    store: str = Field("store", description="Folder of the embedded store, or the URL of a SPARQL server")
    store_user: str = Field("", description="Whom to log in as at a SPARQL server (Basic or Digest)")
    store_password: str = Field("", repr=False)
    store_token: str = Field("", repr=False, description="Bearer token for a SPARQL server")
    store_update: str = Field("", description="Address for updates, when it cannot be told from KG_STORE")
    store_graphs: str = Field("", description="Address of the Graph Store Protocol, likewise")
    store_timeout: float = Field(
        600.0, gt=0, description="Seconds that a SPARQL server may keep silent while it is published to"
    )
    build_cache: str = Field(
        "", description="Folder where builds keep their results (default: `cache` in the store's folder)"
    )
    build_cache_mb: int = Field(1024, ge=1, description="MiB that the build cache is pruned to")
    build_executor: str = Field(
        "auto", description="Where builds run: serial, processes, processes:N, dask://HOST:PORT"
    )
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    workers: int = Field(2, ge=1, le=64, description="Query worker processes")
    publish_contacts: bool = Field(
        False, description="Publish names and e-mails of persons (off: roles only)"
    )

    query_timeout: float = Field(10.0, gt=0, le=3600, description="Seconds that a query may run")
    query_memory: int = Field(1024, ge=64, description="MiB that a query may take beyond the data (Linux)")
    max_rows: int = Field(
        1_000_000, ge=1, description="Rows (of a graph: triples) that one response may have"
    )
    max_query_bytes: int = Field(256 * 1024, ge=1024, description="Length of a request's query")
    max_workers: int = Field(
        10, ge=1, le=256, description="Query processes when long queries occupy the others"
    )
    queries_per_client: int = Field(
        8, ge=1, description="Queries that one client may have running or waiting"
    )
    queries_total: int = Field(64, ge=1, description="Queries of all clients running or waiting")
    requests_per_minute: int = Field(0, ge=0, description="Requests of one client per minute (0: no bound)")
    admin_token: str = Field("", repr=False, description="Who shows it may update; none: read-only")
    update_timeout: float = Field(
        300.0,
        gt=0,
        le=86400,
        description="Seconds that evaluating, reasoning and validating an update may take",
    )
    update_memory: int = Field(4096, ge=256, description="MiB that checking an update may take (Linux)")
    max_update_bytes: int = Field(
        32 * 1024 * 1024, ge=1024, description="Length of an update, or of a graph that is sent"
    )
    service_allowlist: str = Field(
        "",
        description="Comma-separated beginnings of URLs that SERVICE and LOAD may ask; none: neither works",
    )
    transfer_timeout: float = Field(
        300.0, gt=0, description="Seconds that a client may take to read a response"
    )
    cache_mb: int = Field(
        64, ge=0, description="MiB of finished answers kept for the same question (0: none)"
    )
    in_memory_quads: int = Field(
        1_000_000, ge=0, description="Up to this size each query process holds the data in memory"
    )
    trusted_proxies: str = Field(
        "", description="Comma-separated addresses of proxies whose X-Forwarded-For and -Proto are believed"
    )
    log_requests: bool = Field(True, description="One line of JSON per request on standard error")

    @field_validator("base_iri")
    @classmethod
    def _absolute(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must be an absolute http(s) IRI")
        return value if value.endswith("/") else value + "/"

    @field_validator("admin_token")
    @classmethod
    def _long_enough(cls, value: str) -> str:
        if 0 < len(value) < 16:
            raise ValueError("must have at least 16 characters; `openssl rand -hex 24` makes a good one")
        return value

    @field_validator("service_allowlist")
    @classmethod
    def _http_only(cls, value: str) -> str:
        for entry in value.split(","):
            if entry.strip() and not re.match(r"https?://[^/?#@\s]+(/\S*)?$", entry.strip()):
                raise ValueError(f"'{entry.strip()}' is no beginning of an http(s) URL with a host")
        return value

    @property
    def allowed_services(self) -> tuple[str, ...]:
        """The entries of `service_allowlist`."""
        return tuple(entry.strip() for entry in self.service_allowlist.split(",") if entry.strip())

    @property
    def store_is_remote(self) -> bool:
        return self.store.startswith(("http://", "https://"))

    @property
    def store_path(self) -> Path:
        return Path(self.store)

    @property
    def build_cache_path(self) -> Path:
        """`build_cache`, by default in the store's folder or, where the store is a server, in the user's cache folder."""
        if self.build_cache:
            return Path(self.build_cache).expanduser()
        if not self.store_is_remote:
            return self.store_path / "cache"
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "digigov-kg"
