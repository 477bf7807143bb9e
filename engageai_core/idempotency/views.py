"""The base of every endpoint of /api/v1, which makes its writing methods happen once."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from engageai_core.common.authentication import calling_bot
from engageai_core.idempotency.models import KeptAnswer
from engageai_core.idempotency.services import KeyedCall, answer_claim, answer_keep

KEY_HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotency-Replayed"
_WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_KEY = re.compile(r"[!-~]{1,200}")
_Handler = Callable[..., Response]


class ApiView(APIView):
    """An endpoint for bots.

    A writing call may carry Idempotency-Key. The first successful answer under a key is kept in
    the transaction of its effect; a repeat gets that answer, whatever its body. A refusal changes
    nothing and is not kept: the same call may succeed later.
    """

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Take everything as UTF-8: a caller may name a charset that is none."""
        request.encoding = "utf-8"
        return super().initialize_request(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check who calls, then make a writing call under a key happen once."""
        super().initial(request, *args, **kwargs)
        method = str(request.method)
        handler = getattr(self, method.lower(), None)
        if handler and method in _WRITING and KEY_HEADER in request.headers:
            setattr(self, method.lower(), partial(self._answer_once, handler))

    def _answer_once(
        self, handler: _Handler, request: Request, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        call = _keyed_call(request)
        with transaction.atomic():
            claim = answer_claim(call=call)
            if isinstance(claim, KeptAnswer):
                return _replayed(claim)
            response = self.finalize_response(request, handler(request, *args, **kwargs))
            response.render()
            if 200 <= response.status_code < 300:
                answer_keep(
                    claim=claim,
                    status_code=response.status_code,
                    content_type=response.headers.get("Content-Type", ""),
                    body=response.content,
                )
            else:
                transaction.set_rollback(True)
        return response


def _keyed_call(request: Request) -> KeyedCall:
    key = request.headers[KEY_HEADER]
    if not _KEY.fullmatch(key):
        raise ValidationError(
            {KEY_HEADER: ["It takes 1 to 200 visible ASCII characters without spaces."]}
        )
    return KeyedCall(calling_bot(request).number, key, str(request.method), request.path)


def _replayed(kept: KeptAnswer) -> HttpResponse:
    response = HttpResponse(bytes(kept.body), status=kept.status)
    response.headers[REPLAYED_HEADER] = "true"
    if kept.content_type:
        response.headers["Content-Type"] = kept.content_type
    else:
        del response.headers["Content-Type"]
    return response
