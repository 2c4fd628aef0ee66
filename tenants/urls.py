"""The pages of this room."""

from django.urls import path

from tenants import account_views, key_views, member_views, reset_views, tenant_views, views

urlpatterns = [
    path("sign-in", views.sign_in, name="sign_in"),
    path("sign-in/code", views.sign_in_code, name="sign_in_code"),
    path("sign-out", views.sign_out, name="sign_out"),
    path("switch-tenant", views.switch_tenant, name="switch_tenant"),
    path("password/forgotten", reset_views.reset_password, name="reset_password"),
    path("password/new/<str:who>/<str:token>", reset_views.choose_password, name="choose_password"),
    path("invitations/<uuid:invitation_id>/<str:secret>", member_views.invitation, name="invitation"),
    path("settings/", tenant_views.settings_home, name="settings"),
    path("settings/account", account_views.account, name="account"),
    path("settings/account/profile", account_views.change_profile, name="change_profile"),
    path("settings/account/password", account_views.change_password, name="change_password"),
    path("settings/account/sign-out", account_views.sign_out_everywhere, name="sign_out_everywhere"),
    path("settings/account/two-step", account_views.two_step_page, name="two_step"),
    path("settings/account/two-step/off", account_views.switch_two_step_off, name="switch_two_step_off"),
    path("settings/account/two-step/codes", account_views.recovery_codes, name="recovery_codes"),
    path("settings/tenant", tenant_views.tenant_settings, name="tenant_settings"),
    path("settings/members", member_views.members_page, name="members"),
    path("settings/members/invite", member_views.invite, name="invite"),
    path("settings/members/leave", member_views.leave_tenant, name="leave_tenant"),
    path("settings/members/<uuid:membership_id>/role", member_views.change_role, name="change_role"),
    path("settings/members/<uuid:membership_id>/remove", member_views.remove_member, name="remove_member"),
    path("settings/invitations/<uuid:invitation_id>/resend", member_views.resend_invitation, name="resend_invitation"),
    path("settings/invitations/<uuid:invitation_id>/revoke", member_views.revoke_invitation, name="revoke_invitation"),
    path("settings/api-keys", key_views.api_keys, name="api_keys"),
    path("settings/api-keys/new", key_views.new_api_key, name="new_api_key"),
    path("settings/api-keys/<uuid:key_id>/rotate", key_views.rotate_api_key, name="rotate_api_key"),
    path("settings/api-keys/<uuid:key_id>/revoke", key_views.revoke_api_key, name="revoke_api_key"),
    path("settings/audit-log", tenant_views.audit_log, name="audit_log"),
]
