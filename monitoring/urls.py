"""The pages of this room."""

from django.urls import path

from monitoring import analytics_views, views
from monitoring.alerting import views as alerting

urlpatterns = [
    path("", views.overview, name="overview"),
    path("connections/<uuid:connection_id>", views.connection, name="connection"),
    path("connections/<uuid:connection_id>/check", views.check_connection, name="check_connection"),
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
