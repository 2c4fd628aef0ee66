"""The switches of the LinkedIn town. Where the sheet calls a fact weak, a switch has both readings."""

from __future__ import annotations

from sandbox.switches import Switch

SWITCHES = (
    Switch("linkedin.propagation_calls", 0, "The first so many calls with a new token answer 65601."),
    Switch("linkedin.propagation_s", 0, "For so many seconds after its issue a token answers 65601."),
    Switch(
        "linkedin.skip_consent", False, "Who allowed exactly this before and has a living token is not asked again."
    ),
    Switch("linkedin.duplicate_window_s", 600, "The same post within this many seconds is refused with 422."),
    Switch("linkedin.duplicate_words", "long", "The message of the duplicate refusal.", ("long", "short")),
    Switch(
        "linkedin.ghost_duplicates", False, "A deleted post still counts as the first of a duplicate (a URN that 404s)."
    ),
    Switch("linkedin.length_counts_escapes", True, "The 3,000 characters are counted with backslashes."),
    Switch("linkedin.post_id_header", "present", "x-restli-id on a created post.", ("present", "missing")),
    Switch("linkedin.error_shape", "detailed", "How field errors are told.", ("detailed", "classic")),
    Switch("linkedin.finder_lag_s", 0, "The posts finder trails writes by this many seconds."),
    Switch("linkedin.image_processing_s", 1, "Images and documents need this long after their upload."),
    Switch("linkedin.video_processing_s", 5, "Videos need this long after finalizeUpload."),
    Switch("linkedin.video_minimum_bytes", 76_800, "A smaller video fails in processing."),
    Switch("linkedin.video_part_bearer", "note", "A bearer token on a video part.", ("note", "refuse")),
    Switch("linkedin.acl_needs_role", False, "organizationAcls refuses a question without role."),
    Switch(
        "linkedin.comments",
        "partners",
        "Who may comment with the scopes for posting; everybody else needs the _feed scopes.",
        ("partners", "anybody", "feed_scopes"),
    ),
    Switch(
        "linkedin.audience", "lively", "Whether posts gather views and reactions by themselves.", ("lively", "quiet")
    ),
    Switch("linkedin.limit_member_calls", 0, "Calls per member, endpoint and UTC day; 0: what the app's tier allows."),
    Switch("linkedin.limit_app_calls", 0, "Calls per app, endpoint and UTC day; 0: what the app's tier allows."),
    Switch("linkedin.signature_prefix", False, "X-LI-Signature itself begins with hmacsha256=."),
    Switch("linkedin.webhook_copies", 1, "How often each notification is delivered.", minimum=1),
)
