"""The pages of this room."""

from django.urls import path

from connectors import views

urlpatterns = [
    path("connections", views.connections, name="connections"),
    path("connections/new", views.connect, name="connect"),
    path("connections/<uuid:connection_id>/destinations", views.pick_destinations, name="pick_destinations"),
    path("connections/<uuid:connection_id>/disconnect", views.disconnect, name="disconnect"),
]
