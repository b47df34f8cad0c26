"""Location of the workflow's files: a disk that all jobs share, or a store.

Snakemake's storage plugins transfer the inputs, outputs and logs of its rules. This module
transfers everything else that a job writes (records, costs, an unfinished training) and answers
questions about files that no rule makes, with the same plugin and the same settings.

A rule's script gets the store from the environment, because results do not depend on the location
of files and the keys of the store are in the environment already.
"""

import json
import logging
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

VARIABLE = "AUVA_STORE"


class Disk:
    """A file system that all jobs share; files have the paths of the workflow."""

    def size(self, name: str | Path) -> int | None:
        """Return the bytes of a file, None where there is none."""
        try:
            return Path(name).stat().st_size
        except OSError:
            return None

    def size_now(self, name: str | Path) -> int | None:
        """Return the bytes of a file that a rule makes, None while there is none."""
        return self.size(name)

    def exists(self, name: str | Path) -> bool:
        """Return whether there is a file or a folder of this name."""
        return Path(name).exists()

    def files_in(self, name: str | Path) -> list[Path] | None:
        """Return the files of a folder, None where the name is that of a file."""
        folder = Path(name)
        return [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else None

    def name_of(self, path: str | Path) -> str:
        """Return the workflow's name of a file that a job sees under `path`."""
        return str(path)


class Version(NamedTuple):
    """A version of a file in a store: its time by the store's clock, and its size in bytes."""

    time: float
    size: int


class Store(Disk):
    """A store of files with a storage plugin of Snakemake.

    Parameters
    ----------
    plugin : str
        Name of the plugin, such as "s3".
    prefix : str
        Prefix of a file's name in a query, such as "s3://bucket/folder/".
    settings : mapping
        The plugin's settings.
    folder : str
        Folder of Snakemake's local copies of this store.
    """

    def __init__(self, plugin: str, prefix: str, settings: Mapping[str, Any], folder: str) -> None:
        self._plugin, self._prefix, self._settings = plugin, prefix, dict(settings)
        self._folder = folder
        self._sizes: dict[str, int | None] = {}
        self._found: dict[str, bool] = {}

    @cached_property
    def _provider(self) -> Any:  # noqa: ANN401 - a plugin's
        from snakemake_interface_storage_plugins.registry import StoragePluginRegistry

        plugin: Any = StoragePluginRegistry().get_plugin(self._plugin)
        return plugin.storage_provider(
            local_prefix=Path(self._folder),
            logger=logging.getLogger("auva"),
            settings=plugin.settings_cls(**self._settings) if plugin.settings_cls else None,
            is_default=True,
        )

    @cached_property
    def root(self) -> Path:
        """The folder of the job's local copies of the files of the store."""
        return Path(self._object("x").local_path()).parent

    def _object(self, name: str | Path) -> Any:  # noqa: ANN401 - a plugin's
        return self._provider.object(f"{self._prefix}{os.path.normpath(name)}")

    def name_of(self, path: str | Path) -> str:
        """Return the workflow's name of a file that a job sees under `path`."""
        path = Path(path)
        return (
            path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)
        )

    def size(self, name: str | Path) -> int | None:
        """Return the size of a source in bytes, None if it is missing; cached per file."""
        key = self.name_of(name)
        if key not in self._sizes:
            self._sizes[key] = self._object(key).size() if self.exists(key) else None
        return self._sizes[key]

    def size_now(self, name: str | Path) -> int | None:
        """Return the bytes of a file that a rule makes, None while there is none."""
        found = self.version(self.name_of(name))
        return found.size if found else None

    def exists(self, name: str | Path) -> bool:
        """Return whether there is a source of this name; cached per file."""
        key = self.name_of(name)
        if key not in self._found:
            self._found[key] = bool(self._object(key).exists())
        return self._found[key]

    def files_in(self, name: str | Path) -> list[Path] | None:
        """Return the files of a folder, None where the name is that of a file.

        Only the S3 plugin of Snakemake can list folders.
        """
        found = self._object(name)
        if not getattr(found, "is_dir", bool)():
            return None
        keys = (str(item.key) for item in found.get_subkeys())
        return [Path(name, Path(key).relative_to(found.key)) for key in keys]

    def version(self, name: str | Path) -> Version | None:
        """Return the current version of a file in the store, None if it does not exist."""
        found = self._object(name)
        return Version(found.mtime(), found.size()) if found.exists() else None

    def put(self, path: str | Path, name: str | Path) -> None:
        """Copy a local file into the store."""
        target = self._object(name)
        target.set_local_path(Path(path))
        target.store_object()

    def get(self, name: str | Path, path: str | Path) -> None:
        """Copy a file of the store to a local path."""
        source = self._object(name)
        source.set_local_path(Path(path))
        source.retrieve_object()

    def remove(self, name: str | Path) -> None:
        """Remove a file from the store; a missing file is not an error."""
        target = self._object(name)
        if target.exists():
            target.remove()

    def as_text(self) -> str:
        """Return the text that `from_environment` reads."""
        return json.dumps([self._plugin, self._prefix, self._settings, self._folder])


def disk_of(workflow: Any) -> Disk:  # noqa: ANN401 - Snakemake's workflow
    """Return the disk or store of a workflow, and pass it to the scripts of its rules.

    Parameters
    ----------
    workflow : snakemake.workflow.Workflow
        The workflow, while its Snakefile is read.
    """
    asked = workflow.storage_settings
    name = asked.default_storage_provider
    if name is None:
        os.environ.pop(VARIABLE, None)
        return Disk()
    provider = workflow.storage_registry.default_storage_provider
    settings = {k: v for k, v in vars(provider.settings).items() if v is not None}
    prefix = str(asked.default_storage_prefix or "")
    prefix = prefix if not prefix or prefix.endswith("/") else f"{prefix}/"
    store = Store(name, prefix, settings, str(provider.local_prefix))
    os.environ[VARIABLE] = store.as_text()
    return store


def from_environment() -> Store | None:
    """Return the store of a job, None if all jobs share a disk."""
    text = os.environ.get(VARIABLE)
    return Store(*json.loads(text)) if text else None
