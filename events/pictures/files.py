"""Serves the files of pictures: /media/pictures/{file}."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from events.pictures import storage

# By the name's end, which is ours: the content was made by events.pictures.rendering.
CONTENT_TYPES = {"webp": "image/webp", "jpg": "image/jpeg"}
HEADERS = {
    "Cache-Control": f"public, max-age={365 * 24 * 3600}, immutable",
    "Content-Disposition": "inline",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


@require_safe
def picture_file(request: HttpRequest, file: str) -> HttpResponse:
    """Return a file of a picture, for any event: who knows its name has seen it. A 404 for all other names.

    It needs no database. Raises StorageUnavailable, which becomes a 503.
    """
    if not storage.NAME.fullmatch(file):
        raise Http404
    try:
        content = storage.read_file(file)
    except FileNotFoundError:
        raise Http404 from None
    response = HttpResponse(content, content_type=CONTENT_TYPES[file.rpartition(".")[2]], headers=HEADERS)
    response.is_finished = True  # type: ignore[attr-defined]  # see ticketing.middleware.CompressionMiddleware
    return response
