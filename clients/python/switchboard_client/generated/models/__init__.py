"""Contains all the data models used in inputs/outputs"""

from .action import Action
from .action_schema import ActionSchema
from .alert import Alert
from .alert_severity_enum import AlertSeverityEnum
from .alerts_list_rule_item import AlertsListRuleItem
from .alerts_list_state import AlertsListState
from .analytics_accounts_format import AnalyticsAccountsFormat
from .analytics_accounts_platform import AnalyticsAccountsPlatform
from .analytics_posts_format import AnalyticsPostsFormat
from .analytics_posts_platform import AnalyticsPostsPlatform
from .analytics_posts_sort import AnalyticsPostsSort
from .analytics_summary_by import AnalyticsSummaryBy
from .analytics_summary_format import AnalyticsSummaryFormat
from .analytics_summary_platform import AnalyticsSummaryPlatform
from .api_key import ApiKey
from .api_key_state_enum import ApiKeyStateEnum
from .asked import Asked
from .attempt import Attempt
from .attempt_outcome_enum import AttemptOutcomeEnum
from .audit_entry import AuditEntry
from .blank_enum import BlankEnum
from .brand_request import BrandRequest
from .budget import Budget
from .by_enum import ByEnum
from .cause import Cause
from .checked import Checked
from .choice_request import ChoiceRequest
from .composing import Composing
from .composing_choices import ComposingChoices
from .composing_fixed import ComposingFixed
from .connect_link import ConnectLink
from .connect_link_error import ConnectLinkError
from .connect_link_metadata import ConnectLinkMetadata
from .connect_link_result import ConnectLinkResult
from .connect_link_status_enum import ConnectLinkStatusEnum
from .connect_links_list_status_item import ConnectLinksListStatusItem
from .connect_request import ConnectRequest
from .connection import Connection
from .connection_detail import ConnectionDetail
from .connection_health_state_enum import ConnectionHealthStateEnum
from .connection_status_enum import ConnectionStatusEnum
from .connections_list_status_item import ConnectionsListStatusItem
from .count import Count
from .day_value import DayValue
from .day_value_parts import DayValueParts
from .dead_letter import DeadLetter
from .dead_letters_list_who import DeadLettersListWho
from .definition import Definition
from .definition_places import DefinitionPlaces
from .definition_posts import DefinitionPosts
from .delivery import Delivery
from .delivery_attempt import DeliveryAttempt
from .delivery_state_enum import DeliveryStateEnum
from .destination import Destination
from .discard_request import DiscardRequest
from .dlq_status import DlqStatus
from .draft_request import DraftRequest
from .draft_request_overrides import DraftRequestOverrides
from .draft_request_settings import DraftRequestSettings
from .draft_request_settings_additional_property import DraftRequestSettingsAdditionalProperty
from .edit_request import EditRequest
from .edit_request_settings import EditRequestSettings
from .endpoint import Endpoint
from .endpoint_health_enum import EndpointHealthEnum
from .event import Event
from .event_data import EventData
from .events_list_type_item import EventsListTypeItem
from .figure import Figure
from .file_request import FileRequest
from .finding import Finding
from .finding_severity_enum import FindingSeverityEnum
from .form_request import FormRequest
from .from_url_request import FromUrlRequest
from .group import Group
from .group_places import GroupPlaces
from .group_posts import GroupPosts
from .health import Health
from .health_check import HealthCheck
from .health_enum import HealthEnum
from .health_finding import HealthFinding
from .health_page import HealthPage
from .health_state_enum import HealthStateEnum
from .health_summary import HealthSummary
from .health_trend import HealthTrend
from .invitation import Invitation
from .invite_request import InviteRequest
from .job import Job
from .job_action import JobAction
from .job_action_answer import JobActionAnswer
from .job_action_outcome_enum import JobActionOutcomeEnum
from .job_detail import JobDetail
from .job_error import JobError
from .job_metrics import JobMetrics
from .job_state_enum import JobStateEnum
from .jobs_act_body import JobsActBody
from .jobs_list_role import JobsListRole
from .jobs_list_standing_item import JobsListStandingItem
from .jobs_list_state_item import JobsListStateItem
from .jobs_metrics_format import JobsMetricsFormat
from .kept_file import KeptFile
from .kept_file_request import KeptFileRequest
from .kind import Kind
from .latest import Latest
from .latest_parts import LatestParts
from .limit import Limit
from .limits import Limits
from .live_request import LiveRequest
from .live_text_request import LiveTextRequest
from .made_connect_link import MadeConnectLink
from .made_connect_link_metadata import MadeConnectLinkMetadata
from .made_key import MadeKey
from .make_endpoint_request import MakeEndpointRequest
from .media import Media
from .media_facts import MediaFacts
from .media_kind_enum import MediaKindEnum
from .media_list_kind_item import MediaListKindItem
from .member import Member
from .member_fields import MemberFields
from .member_input_request import MemberInputRequest
from .member_input_request_fields import MemberInputRequestFields
from .member_page import MemberPage
from .member_result import MemberResult
from .member_results import MemberResults
from .member_role_enum import MemberRoleEnum
from .members_request import MembersRequest
from .new_connect_link_request import NewConnectLinkRequest
from .new_connect_link_request_metadata import NewConnectLinkRequestMetadata
from .new_endpoint import NewEndpoint
from .new_key_request import NewKeyRequest
from .new_return_origin_request import NewReturnOriginRequest
from .oauth_start_response_200 import OauthStartResponse200
from .obstacle import Obstacle
from .override_request import OverrideRequest
from .override_request_settings import OverrideRequestSettings
from .paginated_alert_list import PaginatedAlertList
from .paginated_api_key_list import PaginatedApiKeyList
from .paginated_attempt_list import PaginatedAttemptList
from .paginated_audit_entry_list import PaginatedAuditEntryList
from .paginated_connect_link_list import PaginatedConnectLinkList
from .paginated_connection_list import PaginatedConnectionList
from .paginated_dead_letter_list import PaginatedDeadLetterList
from .paginated_delivery_list import PaginatedDeliveryList
from .paginated_destination_list import PaginatedDestinationList
from .paginated_dlq_status_list import PaginatedDlqStatusList
from .paginated_endpoint_list import PaginatedEndpointList
from .paginated_event_list import PaginatedEventList
from .paginated_health_summary_list import PaginatedHealthSummaryList
from .paginated_health_trend_list import PaginatedHealthTrendList
from .paginated_invitation_list import PaginatedInvitationList
from .paginated_job_list import PaginatedJobList
from .paginated_media_list import PaginatedMediaList
from .paginated_platform_event_list import PaginatedPlatformEventList
from .paginated_post_list import PaginatedPostList
from .paginated_publish_performance_list import PaginatedPublishPerformanceList
from .paginated_readiness_list import PaginatedReadinessList
from .paginated_recent_error_list import PaginatedRecentErrorList
from .paginated_refresh_list import PaginatedRefreshList
from .paginated_return_origin_list import PaginatedReturnOriginList
from .paginated_tenant_member_list import PaginatedTenantMemberList
from .paginated_token_health_list import PaginatedTokenHealthList
from .patched_change_endpoint_request import PatchedChangeEndpointRequest
from .patched_change_tenant_request import PatchedChangeTenantRequest
from .patched_edit_post_request import PatchedEditPostRequest
from .patched_edit_post_request_settings import PatchedEditPostRequestSettings
from .patched_edit_post_request_settings_additional_property import PatchedEditPostRequestSettingsAdditionalProperty
from .patched_role_request import PatchedRoleRequest
from .place import Place
from .place_numbers import PlaceNumbers
from .places_numbers import PlacesNumbers
from .platform import Platform
from .platform_event import PlatformEvent
from .platform_event_state_enum import PlatformEventStateEnum
from .platform_events_list_kind_item import PlatformEventsListKindItem
from .platform_events_list_state_item import PlatformEventsListStateItem
from .platforms_kind_schema_response_200 import PlatformsKindSchemaResponse200
from .post import Post
from .post_numbers import PostNumbers
from .post_numbers_metrics import PostNumbersMetrics
from .post_overrides import PostOverrides
from .post_overrides_additional_property import PostOverridesAdditionalProperty
from .post_settings import PostSettings
from .post_settings_additional_property import PostSettingsAdditionalProperty
from .post_state_enum import PostStateEnum
from .post_value import PostValue
from .posts_list_sort import PostsListSort
from .posts_list_state_item import PostsListStateItem
from .posts_numbers import PostsNumbers
from .problem import Problem
from .problem_finding import ProblemFinding
from .publish_performance import PublishPerformance
from .purpose_enum import PurposeEnum
from .readiness import Readiness
from .recent_error import RecentError
from .redrive_request import RedriveRequest
from .redriven import Redriven
from .refresh import Refresh
from .refresh_outcome_enum import RefreshOutcomeEnum
from .refresh_platform_reply import RefreshPlatformReply
from .refresh_request import RefreshRequest
from .refreshed import Refreshed
from .rehearsal import Rehearsal
from .removal import Removal
from .removals import Removals
from .replay_request import ReplayRequest
from .replayed import Replayed
from .reply_request import ReplyRequest
from .reports_dlq_status_who import ReportsDlqStatusWho
from .reports_recent_errors_source_item import ReportsRecentErrorsSourceItem
from .reports_recent_errors_who import ReportsRecentErrorsWho
from .reports_token_health_state_item import ReportsTokenHealthStateItem
from .resolution_enum import ResolutionEnum
from .return_origin import ReturnOrigin
from .review import Review
from .review_page import ReviewPage
from .role_enum import RoleEnum
from .rotate_key_request import RotateKeyRequest
from .schema import Schema
from .schema_schema import SchemaSchema
from .scopes_enum import ScopesEnum
from .secret import Secret
from .segment import Segment
from .series import Series
from .silence_request import SilenceRequest
from .snapshot import Snapshot
from .snapshot_values import SnapshotValues
from .standing import Standing
from .standing_state_enum import StandingStateEnum
from .story_event import StoryEvent
from .story_event_facts import StoryEventFacts
from .story_event_kind_enum import StoryEventKindEnum
from .sum_enum import SumEnum
from .summary import Summary
from .sums import Sums
from .sums_places import SumsPlaces
from .sums_posts import SumsPosts
from .tenant import Tenant
from .tenant_member import TenantMember
from .token_health import TokenHealth
from .told_brand import ToldBrand
from .tone_enum import ToneEnum
from .unit_enum import UnitEnum
from .upload import Upload
from .upload_problem_type_0 import UploadProblemType0
from .upload_state_enum import UploadStateEnum
from .webhook_deliveries_list_state_item import WebhookDeliveriesListStateItem
from .whole_delivery import WholeDelivery
from .whole_delivery_request_headers import WholeDeliveryRequestHeaders
from .whole_platform_event import WholePlatformEvent
from .whole_platform_event_said_type_0 import WholePlatformEventSaidType0
from .whose_enum import WhoseEnum
from .window_enum import WindowEnum
from .would_enum import WouldEnum

__all__ = (
    "Action",
    "ActionSchema",
    "Alert",
    "AlertSeverityEnum",
    "AlertsListRuleItem",
    "AlertsListState",
    "AnalyticsAccountsFormat",
    "AnalyticsAccountsPlatform",
    "AnalyticsPostsFormat",
    "AnalyticsPostsPlatform",
    "AnalyticsPostsSort",
    "AnalyticsSummaryBy",
    "AnalyticsSummaryFormat",
    "AnalyticsSummaryPlatform",
    "ApiKey",
    "ApiKeyStateEnum",
    "Asked",
    "Attempt",
    "AttemptOutcomeEnum",
    "AuditEntry",
    "BlankEnum",
    "BrandRequest",
    "Budget",
    "ByEnum",
    "Cause",
    "Checked",
    "ChoiceRequest",
    "Composing",
    "ComposingChoices",
    "ComposingFixed",
    "Connection",
    "ConnectionDetail",
    "ConnectionHealthStateEnum",
    "ConnectionsListStatusItem",
    "ConnectionStatusEnum",
    "ConnectLink",
    "ConnectLinkError",
    "ConnectLinkMetadata",
    "ConnectLinkResult",
    "ConnectLinksListStatusItem",
    "ConnectLinkStatusEnum",
    "ConnectRequest",
    "Count",
    "DayValue",
    "DayValueParts",
    "DeadLetter",
    "DeadLettersListWho",
    "Definition",
    "DefinitionPlaces",
    "DefinitionPosts",
    "Delivery",
    "DeliveryAttempt",
    "DeliveryStateEnum",
    "Destination",
    "DiscardRequest",
    "DlqStatus",
    "DraftRequest",
    "DraftRequestOverrides",
    "DraftRequestSettings",
    "DraftRequestSettingsAdditionalProperty",
    "EditRequest",
    "EditRequestSettings",
    "Endpoint",
    "EndpointHealthEnum",
    "Event",
    "EventData",
    "EventsListTypeItem",
    "Figure",
    "FileRequest",
    "Finding",
    "FindingSeverityEnum",
    "FormRequest",
    "FromUrlRequest",
    "Group",
    "GroupPlaces",
    "GroupPosts",
    "Health",
    "HealthCheck",
    "HealthEnum",
    "HealthFinding",
    "HealthPage",
    "HealthStateEnum",
    "HealthSummary",
    "HealthTrend",
    "Invitation",
    "InviteRequest",
    "Job",
    "JobAction",
    "JobActionAnswer",
    "JobActionOutcomeEnum",
    "JobDetail",
    "JobError",
    "JobMetrics",
    "JobsActBody",
    "JobsListRole",
    "JobsListStandingItem",
    "JobsListStateItem",
    "JobsMetricsFormat",
    "JobStateEnum",
    "KeptFile",
    "KeptFileRequest",
    "Kind",
    "Latest",
    "LatestParts",
    "Limit",
    "Limits",
    "LiveRequest",
    "LiveTextRequest",
    "MadeConnectLink",
    "MadeConnectLinkMetadata",
    "MadeKey",
    "MakeEndpointRequest",
    "Media",
    "MediaFacts",
    "MediaKindEnum",
    "MediaListKindItem",
    "Member",
    "MemberFields",
    "MemberInputRequest",
    "MemberInputRequestFields",
    "MemberPage",
    "MemberResult",
    "MemberResults",
    "MemberRoleEnum",
    "MembersRequest",
    "NewConnectLinkRequest",
    "NewConnectLinkRequestMetadata",
    "NewEndpoint",
    "NewKeyRequest",
    "NewReturnOriginRequest",
    "OauthStartResponse200",
    "Obstacle",
    "OverrideRequest",
    "OverrideRequestSettings",
    "PaginatedAlertList",
    "PaginatedApiKeyList",
    "PaginatedAttemptList",
    "PaginatedAuditEntryList",
    "PaginatedConnectionList",
    "PaginatedConnectLinkList",
    "PaginatedDeadLetterList",
    "PaginatedDeliveryList",
    "PaginatedDestinationList",
    "PaginatedDlqStatusList",
    "PaginatedEndpointList",
    "PaginatedEventList",
    "PaginatedHealthSummaryList",
    "PaginatedHealthTrendList",
    "PaginatedInvitationList",
    "PaginatedJobList",
    "PaginatedMediaList",
    "PaginatedPlatformEventList",
    "PaginatedPostList",
    "PaginatedPublishPerformanceList",
    "PaginatedReadinessList",
    "PaginatedRecentErrorList",
    "PaginatedRefreshList",
    "PaginatedReturnOriginList",
    "PaginatedTenantMemberList",
    "PaginatedTokenHealthList",
    "PatchedChangeEndpointRequest",
    "PatchedChangeTenantRequest",
    "PatchedEditPostRequest",
    "PatchedEditPostRequestSettings",
    "PatchedEditPostRequestSettingsAdditionalProperty",
    "PatchedRoleRequest",
    "Place",
    "PlaceNumbers",
    "PlacesNumbers",
    "Platform",
    "PlatformEvent",
    "PlatformEventsListKindItem",
    "PlatformEventsListStateItem",
    "PlatformEventStateEnum",
    "PlatformsKindSchemaResponse200",
    "Post",
    "PostNumbers",
    "PostNumbersMetrics",
    "PostOverrides",
    "PostOverridesAdditionalProperty",
    "PostSettings",
    "PostSettingsAdditionalProperty",
    "PostsListSort",
    "PostsListStateItem",
    "PostsNumbers",
    "PostStateEnum",
    "PostValue",
    "Problem",
    "ProblemFinding",
    "PublishPerformance",
    "PurposeEnum",
    "Readiness",
    "RecentError",
    "Redriven",
    "RedriveRequest",
    "Refresh",
    "Refreshed",
    "RefreshOutcomeEnum",
    "RefreshPlatformReply",
    "RefreshRequest",
    "Rehearsal",
    "Removal",
    "Removals",
    "Replayed",
    "ReplayRequest",
    "ReplyRequest",
    "ReportsDlqStatusWho",
    "ReportsRecentErrorsSourceItem",
    "ReportsRecentErrorsWho",
    "ReportsTokenHealthStateItem",
    "ResolutionEnum",
    "ReturnOrigin",
    "Review",
    "ReviewPage",
    "RoleEnum",
    "RotateKeyRequest",
    "Schema",
    "SchemaSchema",
    "ScopesEnum",
    "Secret",
    "Segment",
    "Series",
    "SilenceRequest",
    "Snapshot",
    "SnapshotValues",
    "Standing",
    "StandingStateEnum",
    "StoryEvent",
    "StoryEventFacts",
    "StoryEventKindEnum",
    "SumEnum",
    "Summary",
    "Sums",
    "SumsPlaces",
    "SumsPosts",
    "Tenant",
    "TenantMember",
    "TokenHealth",
    "ToldBrand",
    "ToneEnum",
    "UnitEnum",
    "Upload",
    "UploadProblemType0",
    "UploadStateEnum",
    "WebhookDeliveriesListStateItem",
    "WholeDelivery",
    "WholeDeliveryRequestHeaders",
    "WholePlatformEvent",
    "WholePlatformEventSaidType0",
    "WhoseEnum",
    "WindowEnum",
    "WouldEnum",
)
