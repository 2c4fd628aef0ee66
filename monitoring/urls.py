"""The pages of this room."""

from django.urls import path

from monitoring import views

urlpatterns = [
    path("", views.overview, name="overview"),
    path("connections/<uuid:connection_id>", views.connection, name="connection"),
    path("connections/<uuid:connection_id>/check", views.check_connection, name="check_connection"),
]
