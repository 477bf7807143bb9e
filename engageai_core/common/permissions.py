"""What a caller may reach."""

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from engageai_core.common.authentication import InternalBot

if TYPE_CHECKING:
    # DRF's views import the default permissions while they are being imported themselves.
    from rest_framework.views import APIView


class IsInternalBot(BasePermission):
    """Lets bots in, by their internal key alone."""

    def has_permission(self, request: Request, view: "APIView") -> bool:  # noqa: ARG002 (DRF's)
        """Tell whether a bot calls."""
        return isinstance(request.user, InternalBot)
