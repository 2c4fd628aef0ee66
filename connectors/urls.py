"""The pages of this room, and the doors platforms knock at."""

from django.urls import path

from connectors import event_views, place_views, views, webhook_door

urlpatterns = [
    path("connections", views.connections, name="connections"),
    path("connections/new", views.connect, name="connect"),
    path("connections/new/<slug:platform>", views.connect_by_key, name="connect_by_key"),
    path("connections/<uuid:connection_id>/destinations", views.pick_destinations, name="pick_destinations"),
    path("connections/<uuid:connection_id>/refresh", views.refresh, name="refresh_connection"),
    path("connections/<uuid:connection_id>/disconnect", views.disconnect, name="disconnect"),
    path("destinations/<uuid:destination_id>/reviews", place_views.reviews_page, name="reviews"),
    path("destinations/<uuid:destination_id>/reviews/reply", place_views.reply_to_review, name="reply_to_review"),
    path("destinations/<uuid:destination_id>/contacts", place_views.contacts, name="contacts"),
    path("destinations/<uuid:destination_id>/contacts/add", place_views.add_contacts, name="add_contacts"),
    path("destinations/<uuid:destination_id>/contacts/archive", place_views.archive_contact, name="archive_contact"),
    path("events-in", event_views.events_in, name="events_in"),
    path("events-in/<uuid:event_id>", event_views.event_in, name="event_in"),
    path("events-in/<uuid:event_id>/replay", event_views.replay_event, name="replay_event"),
    path("webhooks/<slug:platform>/", webhook_door.receive, name="webhook"),
    # A delivery cannot follow a redirect, so the address is also good as people type it.
    path("webhooks/<slug:platform>", webhook_door.receive),
    path(
        "webhooks/<slug:platform>/<uuid:destination_id>/<slug:path>/", webhook_door.receive_at_own, name="own_webhook"
    ),
    path("webhooks/<slug:platform>/<uuid:destination_id>/<slug:path>", webhook_door.receive_at_own),
    path("webhooks/<slug:platform>/deletions/<slug:code>/", webhook_door.deletion_status, name="deletion_status"),
]
