"""Contains all the data models used in inputs/outputs"""

from .action import Action
from .action_schema import ActionSchema
from .attempt import Attempt
from .attempt_outcome_enum import AttemptOutcomeEnum
from .blank_enum import BlankEnum
from .budget import Budget
from .cause import Cause
from .checked import Checked
from .choice_request import ChoiceRequest
from .composing import Composing
from .composing_choices import ComposingChoices
from .composing_fixed import ComposingFixed
from .connect_request import ConnectRequest
from .connection import Connection
from .connections_list_status_item import ConnectionsListStatusItem
from .count import Count
from .dead_letter import DeadLetter
from .dead_letters_list_who import DeadLettersListWho
from .destination import Destination
from .discard_request import DiscardRequest
from .draft_request import DraftRequest
from .draft_request_overrides import DraftRequestOverrides
from .draft_request_settings import DraftRequestSettings
from .draft_request_settings_additional_property import DraftRequestSettingsAdditionalProperty
from .edit_request import EditRequest
from .edit_request_settings import EditRequestSettings
from .event import Event
from .event_facts import EventFacts
from .event_kind_enum import EventKindEnum
from .file_request import FileRequest
from .finding import Finding
from .form_request import FormRequest
from .from_url_request import FromUrlRequest
from .health_enum import HealthEnum
from .job import Job
from .job_action import JobAction
from .job_action_answer import JobActionAnswer
from .job_action_outcome_enum import JobActionOutcomeEnum
from .job_detail import JobDetail
from .job_error import JobError
from .job_state_enum import JobStateEnum
from .jobs_act_body import JobsActBody
from .jobs_list_role import JobsListRole
from .jobs_list_standing_item import JobsListStandingItem
from .jobs_list_state_item import JobsListStateItem
from .kept_file import KeptFile
from .kept_file_request import KeptFileRequest
from .kind import Kind
from .live_request import LiveRequest
from .live_text_request import LiveTextRequest
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
from .members_request import MembersRequest
from .oauth_start_response_200 import OauthStartResponse200
from .override_request import OverrideRequest
from .override_request_settings import OverrideRequestSettings
from .paginated_attempt_list import PaginatedAttemptList
from .paginated_connection_list import PaginatedConnectionList
from .paginated_dead_letter_list import PaginatedDeadLetterList
from .paginated_destination_list import PaginatedDestinationList
from .paginated_job_list import PaginatedJobList
from .paginated_media_list import PaginatedMediaList
from .paginated_post_list import PaginatedPostList
from .patched_edit_post_request import PatchedEditPostRequest
from .patched_edit_post_request_settings import PatchedEditPostRequestSettings
from .patched_edit_post_request_settings_additional_property import PatchedEditPostRequestSettingsAdditionalProperty
from .platform import Platform
from .platforms_kind_schema_response_200 import PlatformsKindSchemaResponse200
from .post import Post
from .post_overrides import PostOverrides
from .post_overrides_additional_property import PostOverridesAdditionalProperty
from .post_settings import PostSettings
from .post_settings_additional_property import PostSettingsAdditionalProperty
from .post_state_enum import PostStateEnum
from .posts_list_sort import PostsListSort
from .posts_list_state_item import PostsListStateItem
from .problem import Problem
from .problem_finding import ProblemFinding
from .purpose_enum import PurposeEnum
from .redrive_request import RedriveRequest
from .redriven import Redriven
from .rehearsal import Rehearsal
from .removal import Removal
from .removals import Removals
from .reply_request import ReplyRequest
from .resolution_enum import ResolutionEnum
from .review import Review
from .review_page import ReviewPage
from .role_enum import RoleEnum
from .schema import Schema
from .schema_schema import SchemaSchema
from .segment import Segment
from .severity_enum import SeverityEnum
from .standing import Standing
from .standing_state_enum import StandingStateEnum
from .status_enum import StatusEnum
from .tone_enum import ToneEnum
from .upload import Upload
from .upload_problem_type_0 import UploadProblemType0
from .upload_state_enum import UploadStateEnum
from .would_enum import WouldEnum

__all__ = (
    "Action",
    "ActionSchema",
    "Attempt",
    "AttemptOutcomeEnum",
    "BlankEnum",
    "Budget",
    "Cause",
    "Checked",
    "ChoiceRequest",
    "Composing",
    "ComposingChoices",
    "ComposingFixed",
    "Connection",
    "ConnectionsListStatusItem",
    "ConnectRequest",
    "Count",
    "DeadLetter",
    "DeadLettersListWho",
    "Destination",
    "DiscardRequest",
    "DraftRequest",
    "DraftRequestOverrides",
    "DraftRequestSettings",
    "DraftRequestSettingsAdditionalProperty",
    "EditRequest",
    "EditRequestSettings",
    "Event",
    "EventFacts",
    "EventKindEnum",
    "FileRequest",
    "Finding",
    "FormRequest",
    "FromUrlRequest",
    "HealthEnum",
    "Job",
    "JobAction",
    "JobActionAnswer",
    "JobActionOutcomeEnum",
    "JobDetail",
    "JobError",
    "JobsActBody",
    "JobsListRole",
    "JobsListStandingItem",
    "JobsListStateItem",
    "JobStateEnum",
    "KeptFile",
    "KeptFileRequest",
    "Kind",
    "LiveRequest",
    "LiveTextRequest",
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
    "MembersRequest",
    "OauthStartResponse200",
    "OverrideRequest",
    "OverrideRequestSettings",
    "PaginatedAttemptList",
    "PaginatedConnectionList",
    "PaginatedDeadLetterList",
    "PaginatedDestinationList",
    "PaginatedJobList",
    "PaginatedMediaList",
    "PaginatedPostList",
    "PatchedEditPostRequest",
    "PatchedEditPostRequestSettings",
    "PatchedEditPostRequestSettingsAdditionalProperty",
    "Platform",
    "PlatformsKindSchemaResponse200",
    "Post",
    "PostOverrides",
    "PostOverridesAdditionalProperty",
    "PostSettings",
    "PostSettingsAdditionalProperty",
    "PostsListSort",
    "PostsListStateItem",
    "PostStateEnum",
    "Problem",
    "ProblemFinding",
    "PurposeEnum",
    "Redriven",
    "RedriveRequest",
    "Rehearsal",
    "Removal",
    "Removals",
    "ReplyRequest",
    "ResolutionEnum",
    "Review",
    "ReviewPage",
    "RoleEnum",
    "Schema",
    "SchemaSchema",
    "Segment",
    "SeverityEnum",
    "Standing",
    "StandingStateEnum",
    "StatusEnum",
    "ToneEnum",
    "Upload",
    "UploadProblemType0",
    "UploadStateEnum",
    "WouldEnum",
)
