"""A file as a machine sends it: a part of a multipart form, or the bare body. Sealed while it arrives."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, UnreadablePostError
from pydantic import ValidationError

from notoneless.api.faults import field_fault
from notoneless.api.shapes import UploadFields
from notoneless.common.errors import Fault
from notoneless.files.drop_folder import NAMELESS, shown_name
from notoneless.flows.intake import LARGEST
from notoneless.org.sealed_upload import SealedUploadHandler

PIECE = 1 << 20
FILE = "file"
FILE_NAME = "file_name"


def read_upload(request: HttpRequest) -> tuple[UploadedFile, UploadFields]:
    """The file and what is said about it.

    multipart: part ``file``, the rest as form fields. Any other content type: the body is the file, the fields and
    ``file_name`` stand in the address. Raises Fault E943 (a field), E944 (no file), E946 (broken body), E841 (too
    large).
    """
    if request.content_type == "multipart/form-data":
        return _from_form(request)
    said = _single(request.GET)
    name = said.pop(FILE_NAME, "")
    if not name:
        raise Fault("E943", where=FILE_NAME, field=FILE_NAME, problem="没有写")
    fields = _fields(said)
    return _from_body(request, name), fields


def _from_form(request: HttpRequest) -> tuple[UploadedFile, UploadFields]:
    try:
        said, files = _single(request.POST), request.FILES
    except (UnreadablePostError, ValueError) as error:
        raise Fault("E946", detail=repr(error)) from error
    if request.GET:
        raise Fault("E943", where=next(iter(request.GET)), field=next(iter(request.GET)), problem="要写在表单里")
    found = files.getlist(FILE)
    if len(found) != 1 or set(files) != {FILE}:
        raise Fault("E944")
    return found[0], _fields(said)


def _from_body(request: HttpRequest, name: str) -> UploadedFile:
    handler = SealedUploadHandler(request)
    handler.new_file(FILE, _plain(name), request.content_type, None)
    size = 0
    try:
        while piece := request.read(PIECE):
            size += len(piece)
            if size > LARGEST:
                raise Fault("E841", file=name, limit=LARGEST >> 20)
            handler.receive_data_chunk(piece, size)
        if not size:
            raise Fault("E944")
    except (Fault, UnreadablePostError) as error:
        handler.upload_interrupted()
        raise error if isinstance(error, Fault) else Fault("E946", detail=repr(error)) from error
    return handler.file_complete(size)


def _plain(name: str) -> str:
    """A file name without its folders; Django refuses to hold one that is only dots."""
    last = PurePosixPath(shown_name(name).replace("\\", "/")).name
    return last if last.strip(".") else NAMELESS


def _single(query: Any) -> dict[str, str]:
    for name in query:
        if len(query.getlist(name)) > 1:
            raise Fault("E943", where=name, field=name, problem="写了两次")
    return {name: query[name] for name in query}


def _fields(said: dict[str, str]) -> UploadFields:
    try:
        return UploadFields.model_validate(said)
    except ValidationError as error:
        raise field_fault(error.errors()) from error  # type: ignore[arg-type]
