"""`/file-manager/files`: pictures for mails, kept under their sha256 and shown on a host of their own."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from typing import Any, Literal

from sandbox.calls import JsonObject
from sandbox.mailchimp.ask import Ask, iso
from sandbox.mailchimp.errors import bad_request, gone
from sandbox.mailchimp.fields import Fields
from sandbox.mailchimp.presets import FILES_HOST
from sandbox.mailchimp.records import File
from sandbox.mailchimp.shaping import page, with_links
from sandbox.probing import probe

MOST_BYTES = 10 << 20
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp", "image/bmp": "bmp"}


def listed(ask: Ask) -> JsonObject:
    """List the files of the account."""
    kind = ask.choice("type", ("image", "file"))
    rows = [one for one in ask.state.files if one.account_id == ask.account.id and kind in ("", one.type)]
    total = sum(one.size for one in rows)
    return page(ask, "files", rows, lambda one: show(ask, one), "/file-manager/files", total_file_size=total)


def read(ask: Ask) -> JsonObject:
    """Read one file."""
    return show(ask, _file(ask))


def create(ask: Ask) -> JsonObject:
    """Keep a file; its ending becomes that of what it really is."""
    fields = Fields(ask.body)
    fields.need("name", "file_data")
    name, data, folder = fields.text("name"), fields.text("file_data"), fields.number("folder_id")
    try:
        content = base64.b64decode(data, validate=True)
    except binascii.Error:
        content = b""
        fields.wrong("file_data", "This value is not valid base64.")
    if not content and data == "":
        fields.wrong("file_data", "This value should not be blank.")
    fields.done()
    if len(content) > MOST_BYTES:
        raise bad_request("The file is larger than 10 MB.")
    found = probe(content)
    kind: Literal["image", "file"] = "image" if found.mime in _ENDINGS else "file"
    if kind == "image":
        name = f"{re.sub(r'[.][A-Za-z0-9]{1,5}$', '', name)}.{_ENDINGS[found.mime]}"
    number = max((one.id for one in ask.state.files), default=8_300_000) + 1
    ending = name.rpartition(".")[2] if "." in name else "bin"
    path = f"/{ask.account.id}/{'images' if kind == 'image' else 'files'}/{secrets.token_hex(16)}.{ending}"
    made = File(
        number,
        ask.account.id,
        name,
        kind,
        ask.world.media.keep(content),
        len(content),
        ask.now,
        ask.login.name,
        path,
        folder,
        found.width if kind == "image" else 0,
        found.height if kind == "image" else 0,
        found.mime if kind == "image" else "application/octet-stream",
    )
    return show(ask, ask.state.save_file(made))


def change(ask: Ask) -> JsonObject:
    """Rename a file or put it elsewhere; its address stays."""
    file, fields = _file(ask), Fields(ask.body)
    name, folder = fields.text("name", file.name), fields.number("folder_id", file.folder_id)
    fields.done()
    file.name, file.folder_id = name, folder
    return show(ask, ask.state.save_file(file))


def delete(ask: Ask) -> None:
    """Drop a file; mails that show it show nothing there."""
    ask.state.remove_file(_file(ask))


def show(ask: Ask, one: File) -> JsonObject:
    """Tell about a file."""
    body: dict[str, Any] = {
        "id": one.id,
        "folder_id": one.folder_id,
        "type": one.type,
        "name": one.name,
        "full_size_url": ask.url(FILES_HOST, one.path),
        "thumbnail_url": ask.url(FILES_HOST, one.path) if one.type == "image" else "",
        "size": one.size,
        "created_at": iso(one.created),
        "created_by": one.created_by,
    }
    if one.type == "image":
        body |= {"width": one.width, "height": one.height}
    return with_links(ask, body, f"/file-manager/files/{one.id}")


def _file(ask: Ask) -> File:
    found = ask.state.files.get(ask.parts["file_id"])
    if found is None or found.account_id != ask.account.id:
        raise gone()
    return found
