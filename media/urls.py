"""The public address of this room; the API's are in ``config/api.py``."""

from django.urls import path

from media import views

urlpatterns = [path("media/<str:token>/<str:name>", views.serve, name="media_file")]
