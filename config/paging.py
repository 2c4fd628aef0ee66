"""How lists are paged: by cursors over time-ordered ids, so that a page neither skips nor repeats a row while rows are added."""

from typing import Any

from rest_framework.pagination import CursorPagination
from rest_framework.response import Response


class TimeOrderedCursor(CursorPagination):
    """Newest first; ``limit`` up to 100; ``next`` and ``previous`` are addresses to follow as they are."""

    ordering = "-id"
    page_size_query_param = "limit"
    max_page_size = 100
    cursor_query_description = "Follow the addresses in next and previous; do not make cursors."
    page_size_query_description = "Rows a page, 1 to 100 (25 unless told)."

    def get_paginated_response(self, data: Any) -> Response:
        """Answer with the rows and the addresses of the pages around them."""
        return Response({"next": self.get_next_link(), "previous": self.get_previous_link(), "results": data})
