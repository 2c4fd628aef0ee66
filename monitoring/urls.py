"""The pages of this room."""

from django.urls import path

from monitoring import analytics_views, dashboard_views, letter_views, views
from monitoring.alerting import views as alerting

urlpatterns = [
    path("", views.overview, name="overview"),
    path("publishing", views.publishing, name="publishing_dashboard"),
    path("platforms", views.platforms, name="platforms_dashboard"),
    path("connections/<uuid:connection_id>", views.connection, name="connection"),
    path("connections/<uuid:connection_id>/check", views.check_connection, name="check_connection"),
    path("health", dashboard_views.health, name="health_dashboard"),
    path("tokens", dashboard_views.tokens, name="token_dashboard"),
    path("webhooks-health", dashboard_views.webhooks, name="webhooks_dashboard"),
    path("dead-letters", letter_views.dead_letters, name="dead_letters"),
    path("dead-letters/check", letter_views.check, name="check_dead_letters"),
    path("dead-letters/of/<uuid:tenant_id>/<slug:verb>", letter_views.operate, name="operate_letters"),
    path("analytics", analytics_views.overview, name="analytics"),
    path("analytics/posts.csv", analytics_views.posts_csv, name="analytics_posts_csv"),
    path("analytics/places.csv", analytics_views.places_csv, name="analytics_places_csv"),
    path("analytics/refresh", analytics_views.refresh, name="analytics_refresh"),
    path("analytics/destinations/<uuid:destination_id>", analytics_views.place, name="analytics_place"),
    path("jobs/<uuid:job_id>/numbers", analytics_views.job, name="job_metrics"),
    path("jobs/<uuid:job_id>/numbers/refresh", analytics_views.refresh_job, name="refresh_job_metrics"),
    path("alerts", alerting.alerts, name="alerts"),
    path("alerts/<uuid:alert_id>/acknowledge", alerting.acknowledge, name="acknowledge_alert"),
    path("alerts/<uuid:alert_id>/silence", alerting.silence, name="silence_alert"),
]
