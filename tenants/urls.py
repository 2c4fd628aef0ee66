"""The pages of this room."""

from django.urls import path

from tenants import views

urlpatterns = [
    path("sign-in", views.sign_in, name="sign_in"),
    path("sign-out", views.sign_out, name="sign_out"),
    path("switch-tenant", views.switch_tenant, name="switch_tenant"),
]
