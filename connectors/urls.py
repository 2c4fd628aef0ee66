"""The pages of this room, and the doors platforms knock at."""

from django.urls import path

from connectors import connect_link_views, event_views, place_views, reconnect_views, views, webhook_door

urlpatterns = [
    path("connections", views.connections, name="connections"),
    path("connections/new", views.connect, name="connect"),
    path("connections/new/<slug:platform>", views.connect_by_key, name="connect_by_key"),
    path("connections/<uuid:connection_id>/destinations", views.pick_destinations, name="pick_destinations"),
    path("connections/<uuid:connection_id>/refresh", views.refresh, name="refresh_connection"),
    path("connections/<uuid:connection_id>/reconnect", reconnect_views.reconnect, name="reconnect"),
    path("connections/<uuid:connection_id>/reconnect-link", reconnect_views.mail_link, name="mail_reconnect_link"),
    path("settings/return-addresses", reconnect_views.connect_settings, name="connect_settings"),
    path("settings/return-addresses/remove", reconnect_views.remove_origin, name="remove_return_origin"),
    path("c/<uuid:link_id>/", connect_link_views.link_page, name="link"),
    path("c/<uuid:link_id>/choose", connect_link_views.choose, name="link_choose"),
    path("c/<uuid:link_id>/to/<slug:platform>", connect_link_views.login, name="link_login"),
    path("c/<uuid:link_id>/key/<slug:platform>", connect_link_views.key, name="link_key"),
    path("c/<uuid:link_id>/destinations", connect_link_views.destinations, name="link_destinations"),
    path("c/<uuid:link_id>/leave", connect_link_views.leave, name="link_leave"),
    path("c/<uuid:link_id>/brand.css", connect_link_views.brand, name="link_brand"),
    path("c/<slug:secret>", connect_link_views.enter, name="connect_link"),
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
