"""What a caller may reach."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from engageai_core.common.authentication import InternalBot


class IsInternalBot(BasePermission):
    """Lets bots in, by their internal key alone."""

    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002 (DRF's)
        """Tell whether a bot calls."""
        return isinstance(request.user, InternalBot)
