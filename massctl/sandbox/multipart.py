"""Find the uploaded file in a multipart body as strictly as WeChat does.

The part must be called `media` and carry a plain ASCII `filename=`: a part with only the RFC 5987 form
`filename*=`, which HTTP libraries write for Chinese names, is not seen at all (reported by two SDKs).
"""

import re

from massctl.sandbox.call import UploadedFile

FIELD = "media"
_FILENAME = re.compile(r'[;\s]filename="([^"]+)"|[;\s]filename=([^\s;"]+)', re.IGNORECASE)


def read(content_type: str, body: bytes) -> tuple[UploadedFile | None, dict[str, str]]:
    """Return the uploaded file (None: there is none that counts) and the plain form fields."""
    # Only uploads need the parser.
    from werkzeug.http import parse_options_header
    from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

    kind, options = parse_options_header(content_type)
    if kind != "multipart/form-data" or not options.get("boundary"):
        return None, {}
    decoder = MultipartDecoder(options["boundary"].encode("latin-1"))
    media: UploadedFile | None = None
    fields: dict[str, str] = {}
    part: Field | File | None = None
    data = bytearray()
    try:
        decoder.receive_data(body)
        decoder.receive_data(None)
        while not isinstance(event := decoder.next_event(), Epilogue | NeedData):
            if isinstance(event, Field | File):
                part, data = event, bytearray()
            elif isinstance(event, Data) and part is not None:
                data += event.data
                if event.more_data:
                    continue
                media = media or _file(part.name, dict(part.headers), bytes(data))
                if isinstance(part, Field):
                    fields[part.name] = data.decode("utf-8", errors="replace")
    except ValueError:
        return None, fields
    return media, fields


def _file(name: str, headers: dict[str, str], data: bytes) -> UploadedFile | None:
    lower = {key.lower(): value for key, value in headers.items()}
    found = _FILENAME.search(lower.get("content-disposition", ""))
    filename = (found[1] or found[2]) if found else ""
    if name != FIELD or not filename or not filename.isascii():
        return None
    return UploadedFile(filename, lower.get("content-type", ""), data)
