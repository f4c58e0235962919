"""Buckets: objects at addresses, through fsspec: S3, Google Cloud, HTTP, SFTP and whatever else it knows.

Credentials come from the environment, as each service documents, or from `storage_options`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any, NamedTuple, cast

from audioq.batches.folders import Choice, is_hidden
from audioq.batches.refusals import refused, stopped
from audioq.errors import AudioError, BatchError
from audioq.messages import text

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_SECRET = re.compile(r"(?i)sig|token|key|credential|secret|passw|x-amz-|x-goog-|auth")
"""Names of parameters of an address that are not to be shown."""
_VERSIONS = ("ETag", "etag", "md5Hash", "content_md5", "generation", "VersionId", "LastModified", "updated", "mtime")
_MODIFIED = ("last_modified", "modified", "created")
_NO_CREDENTIALS = ("NoCredentialsError", "PartialCredentialsError", "DefaultCredentialsError", "ProfileNotFound")
_PACKAGES = {"s3": "'audioq[bucket]'", "http": "'audioq[bucket]'", "https": "'audioq[bucket]'"}
_PACKAGES |= {"gs": "gcsfs", "gcs": "gcsfs", "sftp": "paramiko", "ssh": "paramiko", "az": "adlfs", "abfs": "adlfs"}
_HTTP = ("http://", "https://")
_BLOCK = 1 << 22
_PAGE = 1000


class Object(NamedTuple):
    """An object below an address: its own address, its path from there, bytes where known, version."""

    address: str
    path: str
    size: int | None
    version: str


class Place(NamedTuple):
    """A file system of fsspec, and a path in it."""

    system: Any
    path: str


def is_address(source: str) -> bool:
    """Whether a source is an address and no path."""
    return "://" in source and _ADDRESS.match(source) is not None


def path_of(address: str) -> str:
    """Return an address without what HTTP has behind the path, as names of kinds end there."""
    return address.partition("?")[0] if address.startswith(_HTTP) else address


def shown(address: str) -> str:
    """Return an address without passwords and signatures, as it may stand in results and messages; a path as it is.

    Examples
    --------
    >>> shown("https://me:secret@host/a.wav?id=5&X-Amz-Signature=abc")
    'https://host/a.wav?id=5'
    """
    if not is_address(address):
        return address
    start, _, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    if start not in ("http", "https"):
        return f"{start}://{host.rpartition('@')[2]}{slash}{path}"
    path, _, query = path.partition("?")
    kept = "&".join(part for part in query.split("&") if part and not _SECRET.search(part.partition("=")[0]))
    return f"{start}://{host.rpartition('@')[2]}{slash}{path}{'?' if kept else ''}{kept}"


def place(address: str, storage_options: Mapping[str, Any] | None = None) -> Place:
    """Return where an address leads; chains of addresses (``zip://...::s3://...``) are not followed.

    Raises
    ------
    BatchError
        fsspec, or the package for this kind of address, is not installed.
    """
    try:
        import fsspec
    except ImportError as cause:
        raise stopped(shown(address), "no_extra") from cause
    protocol = address.partition("://")[0].lower()
    try:
        kind = fsspec.get_filesystem_class(protocol)
        system = kind(**{**kind._get_kwargs_from_urls(address), **(storage_options or {})})
    except ImportError as cause:
        package = _PACKAGES.get(protocol, "what it names")
        raise stopped(shown(address), "no_protocol", cause=cause, package=package) from cause
    except ValueError as cause:
        raise stopped(shown(address), "unknown_protocol", protocol=protocol) from cause
    return Place(system, kind._strip_protocol(address))


@contextmanager
def remote_errors(address: str) -> Iterator[None]:
    """Raise what goes wrong at an address as an `AudioError` with its cause."""
    try:
        yield
    except (AudioError, BatchError):
        raise
    except Exception as cause:  # each service has errors of its own
        true = _true(cause)
        raise refused(shown(address), _id_of(true), cause=_told(true, address)) from cause


def _true(cause: Exception) -> BaseException:
    """Return what happened: fsspec calls it a missing file too when a server of HTTP refuses or does not answer."""
    under = cause.__cause__
    from_http = under is not None and type(under).__module__.partition(".")[0] in ("aiohttp", "builtins")
    return under if under is not None and from_http and isinstance(cause, FileNotFoundError) else cause


@contextmanager
def writing_at(address: str) -> Iterator[None]:
    """Raise what goes wrong at the address of an output as a `BatchError`."""
    try:
        yield
    except BatchError:
        raise
    except Exception as cause:  # each service has errors of its own
        values = {"folder": shown(address), "cause": _told(cause, address)}
        raise BatchError(text("error.batch.bucket", values)) from cause


def _id_of(cause: BaseException) -> str:
    status = getattr(cause, "status", None) or vars(cause).get("code")
    if isinstance(cause, PermissionError) or status in (401, 403):
        return "remote_forbidden"
    if type(cause).__name__ in _NO_CREDENTIALS:
        return "remote_credentials"
    return "missing" if status == 404 or isinstance(cause, FileNotFoundError) else "remote"


def _told(cause: BaseException, address: str) -> str:
    """Return what an error says, without the secrets of the address."""
    status = getattr(cause, "status", None)
    if status is not None:
        return f"HTTP status {status}"
    said = str(cause).replace(address, shown(address)) or type(cause).__name__
    return " ".join(said.split())


def list_objects(
    address: str, taken: Choice, storage_options: Mapping[str, Any] | None = None
) -> Iterator[Object] | None:
    """Return the objects below an address that are taken, in a fixed order; None where it is no folder.

    Buckets of S3 are read page by page; elsewhere the names of one folder at a time are in memory.

    Raises
    ------
    AudioError
        The address does not exist (cause ``missing``), may not be read, or does not answer.
    """
    found = place(address, storage_options)
    with remote_errors(address):
        if not _is_folder(found, address):
            return None
    each = _pages(found) if hasattr(found.system, "call_s3") else _folders(found)
    return _chosen(address, found, each, taken)


def _is_folder(found: Place, address: str) -> bool:
    if address.startswith(_HTTP):
        return address.endswith("/")  # a page with links would pass for a folder
    if address.endswith("/"):
        return True
    return bool(found.system.info(found.path)["type"] == "directory")


def _chosen(address: str, found: Place, each: Iterator[dict[str, Any]], taken: Choice) -> Iterator[Object]:
    top = found.path.rstrip("/") + "/"
    start = address.rstrip("/") + "/"
    with remote_errors(address):
        for info in each:
            name = str(info["name"])
            path = name[len(top) :] if name.startswith(top) else name.rpartition("/")[2]
            if path and not is_hidden(path) and taken(path):
                yield Object(start + path, path, *_size_and_version(info))


def _pages(found: Place) -> Iterator[dict[str, Any]]:
    """Yield the objects below a prefix of S3; the service sorts them."""
    bucket, key, _ = found.system.split_path(found.path)
    prefix, more = f"{key.rstrip('/')}/" if key else "", {"MaxKeys": _PAGE}
    met = False
    while True:
        page = found.system.call_s3("list_objects_v2", Bucket=bucket, Prefix=prefix, **more)
        for info in page.get("Contents", ()):
            met = True
            if not info["Key"].endswith("/"):
                yield {**info, "name": f"{bucket}/{info['Key']}", "size": info["Size"]}
        if not page.get("IsTruncated"):
            break
        more["ContinuationToken"] = page["NextContinuationToken"]
    if not met:
        raise FileNotFoundError(found.path)


def _folders(found: Place) -> Iterator[dict[str, Any]]:
    """Yield the files below a folder, sorted by the names of folders and files in turn."""
    waiting: list[dict[str, Any]] = [{"name": found.path, "type": "directory"}]
    met = set()
    while waiting:
        info = waiting.pop()
        if info["type"] != "directory":
            yield info
            continue
        if info["name"].rstrip("/") in met:  # a link that leads back
            continue
        met.add(info["name"].rstrip("/"))
        inside = found.system.ls(info["name"], detail=True)
        for path in {"dircache"} & set(vars(found.system)):
            getattr(found.system, path).clear()  # else all folders stay in memory
        below = info["name"].rstrip("/") + "/"
        waiting += sorted(
            (one for one in inside if one["name"].startswith(below) and one["type"] in ("file", "directory")),
            key=lambda one: str(one["name"]).rstrip("/").rpartition("/")[2],
            reverse=True,
        )


def _size_and_version(info: Mapping[str, Any]) -> tuple[int | None, str]:
    version = next((info[name] for name in (*_VERSIONS, *_MODIFIED) if info.get(name) is not None), "")
    size = info.get("size")
    return None if size is None else int(size), str(version).strip('"')


def object_info(address: str, storage_options: Mapping[str, Any] | None = None) -> tuple[int | None, str]:
    """Return the size of an object in bytes, None where the service does not say, and its version.

    Raises
    ------
    AudioError
        It does not exist, may not be read, or the service does not answer.
    """
    with remote_errors(address):
        found = place(address, storage_options)
        info = found.system.info(found.path)
        if info.get("type") == "directory":
            raise refused(shown(address), "folder")
        return _size_and_version(info)


@contextmanager
def open_object(address: str, storage_options: Mapping[str, Any] | None = None) -> Iterator[IO[bytes]]:
    """Open an object for reading anywhere in it."""
    with remote_errors(address):
        found = place(address, storage_options)
        file = found.system.open(found.path, "rb")
    with file:
        yield cast(IO[bytes], file)


def copy_object(
    address: str, write: Callable[[bytes], object], storage_options: Mapping[str, Any] | None = None
) -> str:
    """Write the bytes of an object, block by block; what `write` raises ends the copy.

    Returns
    -------
    str
        The etag of what was read, empty where the service gives none.

    Raises
    ------
    AudioError
        It does not exist, may not be read, or the service does not answer.
    """
    with remote_errors(address):
        found = place(address, storage_options)
        # From beginning to end, HTTP needs no ranges, which not every server knows.
        how = {"block_size": 0} if address.startswith(_HTTP) else {"block_size": _BLOCK}
        with found.system.open(found.path, "rb", **how) as source:
            while block := source.read(_BLOCK):
                write(block)
            return str((getattr(source, "details", None) or {}).get("ETag", "")).strip('"')
