"""The browsable API: Swagger UI under the same content policy as every page, without an inline style or script."""

from drf_spectacular.views import SpectacularSwaggerSplitView


class ApiDocsView(SpectacularSwaggerSplitView):
    """Show the OpenAPI document."""

    url_name = "api_schema"
    template_name = "api_docs.html"
