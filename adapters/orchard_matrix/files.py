"""Files: what people send is asked of the server by its address, opened where it is encrypted, kept in memory only.

What the bot sends is encrypted wherever the room is: the server learns no more than how large it is.

https://spec.matrix.org/latest/client-server-api/#content-repository
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
from nio.crypto.attachments import decrypt_attachment, encrypt_attachment
from nio.exceptions import EncryptionError

from orchard_bot.chat.events import Attachment
from orchard_bot.chat.files import Enclosure
from orchard_bot.errors import Gone
from orchard_matrix.client import Client, path
from orchard_matrix.translate import EncryptedFile

_ADDRESS = re.compile(r"mxc://([^/?#]+)/([A-Za-z0-9_-]+)")


async def fetch(client: Client, attachment: Attachment, most: int) -> bytes:
    """What is in the file. Raises ``NotAllowed`` where it is too large, ``Gone`` where it is not there or is broken."""
    sealed: EncryptedFile | None = None
    address = attachment.id
    if not address.startswith("mxc:"):
        try:
            sealed = msgspec.json.decode(address, type=EncryptedFile)
        except msgspec.MsgspecError as error:
            raise Gone("There is no such file on Matrix.") from error
        address = sealed.url
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise Gone("There is no such file on Matrix.")
    data = await client.download(path("media", "download", found[1], found[2], version="v1"), most)
    if sealed is None:
        return data
    try:
        opened: bytes = decrypt_attachment(data, sealed.key, sealed.hash, sealed.iv)
    except EncryptionError as error:
        raise Gone("The file is not what its sender encrypted.") from error
    return opened


async def uploaded(client: Client, file: Enclosure, *, encrypted: bool) -> dict[str, Any]:
    """Put ``file`` on the server; gives the content of the message that shows it.

    https://spec.matrix.org/latest/client-server-api/#mfile
    """
    shown: dict[str, Any] = {
        "msgtype": "m.file",
        "body": file.name,
        "filename": file.name,
        "info": {"mimetype": file.kind, "size": len(file.data)},
        "m.mentions": {},
    }
    if not encrypted:
        return {**shown, "url": await client.upload(file.data, file.kind)}
    sealed, keys = encrypt_attachment(file.data)
    address = await client.upload(sealed, "application/octet-stream")
    return {**shown, "file": {**keys, "url": address}}
