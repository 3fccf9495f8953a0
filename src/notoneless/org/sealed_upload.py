"""Uploaded files on their way in: sealed as they arrive, so that no list of people lies plain in a temporary folder.

The key lives in memory only, and the file loses its name as soon as it is complete: whatever a crash leaves behind
opens for nobody.
"""

import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from notoneless.files.sealed import SealedReader, SealingWriter

AAD = b"upload"


class SealedUploadHandler(FileUploadHandler):
    """Django's way in for files (settings.FILE_UPLOAD_HANDLERS); gives an UploadedFile that reads like any other."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A file begins."""
        super().new_file(*args, **kwargs)
        self._path = Path(settings.UPLOAD_DIR) / f"{secrets.token_hex(16)}.arriving"
        self._key = secrets.token_bytes(32)
        self._writer = SealingWriter(self._path, self._key, AAD)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """A piece of it; no later handler gets it."""
        self._writer.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile:
        """The whole of it."""
        self._writer.close()
        reader = SealedReader(self._path, self._key, AAD)
        self._path.unlink()
        return UploadedFile(
            file=reader,
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )

    def upload_interrupted(self) -> None:
        """The sender went away half-way."""
        if hasattr(self, "_writer"):
            self._writer.abandon()
            self._path.unlink(missing_ok=True)
