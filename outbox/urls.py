"""The pages of this room."""

from django.urls import path

from outbox import views

urlpatterns = [
    path("webhook-endpoints", views.webhook_endpoints, name="webhook_endpoints"),
    path("webhook-endpoints/new", views.new_webhook_endpoint, name="new_webhook_endpoint"),
    path("webhook-endpoints/<uuid:endpoint_id>", views.webhook_endpoint, name="webhook_endpoint"),
    path("webhook-endpoints/<uuid:endpoint_id>/edit", views.edit_webhook_endpoint, name="edit_webhook_endpoint"),
    path("webhook-endpoints/<uuid:endpoint_id>/rotate", views.rotate_webhook_secret, name="rotate_webhook_secret"),
    path("webhook-endpoints/<uuid:endpoint_id>/switch", views.switch_webhook_endpoint, name="switch_webhook_endpoint"),
    path("webhook-endpoints/<uuid:endpoint_id>/delete", views.delete_webhook_endpoint, name="delete_webhook_endpoint"),
    path("webhook-endpoints/<uuid:endpoint_id>/ping", views.ping_webhook_endpoint, name="ping_webhook_endpoint"),
    path("webhook-endpoints/<uuid:endpoint_id>/replay", views.replay_webhooks, name="replay_webhooks"),
    path("webhook-deliveries/<uuid:delivery_id>", views.webhook_delivery, name="webhook_delivery"),
    path("webhook-deliveries/<uuid:delivery_id>/replay", views.replay_webhook_delivery, name="replay_webhook_delivery"),
    path("webhook-events", views.webhook_events, name="webhook_events"),
    path("mail-preferences", views.mail_preferences, name="mail_preferences"),
    path("mail-preferences/leave/<str:token>", views.mail_unsubscribe, name="mail_unsubscribe"),
]
