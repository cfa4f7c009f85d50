"""Imports every module that holds tables, so that the whole schema is known in one place."""

import pkgutil
from importlib import import_module

MODULES = (
    "core.db",
    "core.tenants",
    "core.jobs",
    "core.log",
    "core.logkeys",
    "core.checkpoints",
    "core.logwitnesses",
    "core.rowseals",
    "core.outbox",
    "core.notices",
    "core.webhooks",
    "core.deliveries",
    "core.mail",
    "core.audit",
    "core.approvaltables",
    "core.answers",
)
FOLDERS = ("registry.store", "licensing.store", "royalties.store", "api.accounts.store")


def load() -> None:
    """Put all tables into SQLModel's metadata."""
    for name in MODULES:
        import_module(name)
    for folder in FOLDERS:
        for module in pkgutil.iter_modules(import_module(folder).__path__, f"{folder}."):
            import_module(module.name)
