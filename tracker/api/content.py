"""JSON in, JSON out; files come as forms do."""

import codecs
import json
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from rest_framework import exceptions, status
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser, JSONParser, MultiPartParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "La requête est trop longue."
    default_code = "too_large"


class JsonOnly(BaseContentNegotiation):
    """The API speaks JSON, whatever the browser would like best."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        content_type = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == content_type), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)


class DeepJSONParser(JSONParser):
    """JSON whose depth is no trap: the framework's own answers brackets opened by the thousand with an error of its
    own. The length is Django's business (`DATA_UPLOAD_MAX_MEMORY_SIZE`)."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        try:
            found = json.loads(codecs.decode(stream.read(), "utf-8-sig"), parse_constant=refuse_constant)
            # Half of a pair, which JSON can spell and UTF-8 cannot: no answer could quote it.
            json.dumps(found, ensure_ascii=False).encode()
            return found
        except (ValueError, RecursionError) as refused:
            raise exceptions.ParseError("Le corps de la requête n’est pas du JSON en UTF-8.") from refused


class FilesParser(MultiPartParser):
    """A form with files. What it sends is held to the limits of the pages: `FILE_UPLOAD_HANDLERS` count it."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except (TooManyFilesSent, TooManyFieldsSent, RequestDataTooBig) as refused:
            raise TooLarge from refused
        except exceptions.ParseError as refused:
            raise exceptions.ParseError("Le corps de la requête n’est pas un formulaire multipart.") from refused


def refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are JavaScript's, not JSON's
