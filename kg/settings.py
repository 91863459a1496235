"""Settings, read from the environment (`KG_…`) or a `.env` file. Each verb of the command line may override them."""

from __future__ import annotations

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
    transfer_timeout: float = Field(
        300.0, gt=0, description="Seconds that a client may take to read a response"
    )
    cache_mb: int = Field(
        64, ge=0, description="MiB of finished answers kept for the same question (0: none)"
    )
    in_memory_quads: int = Field(
        500_000, ge=0, description="Up to this size each query process holds the data in memory"
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

    @property
    def store_is_remote(self) -> bool:
        return self.store.startswith(("http://", "https://"))

    @property
    def store_path(self) -> Path:
        return Path(self.store)
