"""The pages of this room."""

from django.urls import path

from publishing import views

urlpatterns = [
    path("compose", views.compose, name="compose"),
    path("compose/allowed/<uuid:destination_id>", views.allowed, name="allowed"),
    path("posts", views.posts, name="posts"),
    path("posts/<uuid:post_id>", views.post, name="post"),
    path("jobs", views.jobs, name="jobs"),
    path("jobs/<uuid:job_id>", views.job, name="job"),
    path("jobs/<uuid:job_id>/cancel", views.cancel_job, name="cancel_job"),
    path("jobs/<uuid:job_id>/retry", views.retry_job, name="retry_job"),
    path("jobs/<uuid:job_id>/confirm-live", views.confirm_live, name="confirm_live"),
    path("jobs/<uuid:job_id>/remove", views.remove_post, name="remove_post"),
    path("jobs/<uuid:job_id>/edit-live", views.edit_live_post, name="edit_live_post"),
    path("jobs/<uuid:job_id>/publish-again", views.publish_again, name="publish_again"),
    path("jobs/<uuid:job_id>/noted", views.note_taken_back, name="note_taken_back"),
    path("jobs/<uuid:job_id>/actions/<slug:slug>", views.job_action, name="job_action"),
    path("connections/<uuid:connection_id>/redrive", views.redrive_connection, name="redrive_connection"),
    path("dead-letters/redrive", views.redrive, name="redrive"),
    path("dead-letters/discard", views.discard, name="discard"),
]
