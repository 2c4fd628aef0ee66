"""Pages of the workshop: parse, one call, show or lead on."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from connectors.selectors import connection_of, destination_of
from foundation.errors import Conflict, Finding, Forbidden, Invalid, NotFound, Refusal
from foundation.listing import Query, read_uuid, read_uuids
from publishing import accepting, acting, doorbell, drafts, live, reconnected, redriving, selectors, watching
from publishing.drafts import Draft
from publishing.models import DeadLetter, Post, PublishJob
from publishing.pages import action as action_pages
from publishing.pages import allowed as allowed_pages
from publishing.pages import compose as compose_pages
from publishing.pages import job as job_pages
from publishing.pages import jobs as jobs_pages
from publishing.pages import letters as letters_pages
from publishing.pages import posts as posts_pages
from publishing.pages.compose import Typed
from publishing.serializers import LiveTextSerializer
from tenants.doors import MemberRequest, members_only, page_before
from tenants.scopes import MEDIA_WRITE, POSTS_READ, POSTS_WRITE

#: So many dead letters are redriven by one press; the rest by the next.
MOST_AT_ONCE: Final = 500


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def compose(request: MemberRequest) -> HttpResponse:
    """Write a post, check it, publish it once."""
    request.principal.require(POSTS_WRITE)
    asked = request.POST if request.method == "POST" else request.GET
    job = _job_to_change(request, asked.get("job", ""))
    if request.method != "POST":
        return _compose_page(request, Typed.of_job(job) if job else compose_pages.prefilled(request.GET))
    typed = Typed.of(request.POST)
    if job:
        typed = replace(typed, destinations=(str(job.destination_id),), when="now")
    draft, findings = typed.read(compose_pages.kinds_chosen(request.principal.tenant, typed))
    if draft is None:
        return _compose_page(request, typed, findings)
    now = timezone.now()
    if request.POST.get("action") == "check":
        checked = drafts.check(request.principal.tenant, draft, now=now)
        return _compose_page(request, typed, list(checked.findings), checked=not checked.errors)
    if job:
        return _change_job(request, job, typed, draft, now=now)
    try:
        post, replayed = accepting.publish_post(
            principal=request.principal, draft=draft, idempotency_key=typed.idempotency_key or None, now=now
        )
    except Invalid as refusal:
        general = Finding("general", refusal.code, refusal.detail, refusal.remedy)
        if not refusal.findings:
            typed = typed.with_fresh_key()
        return _compose_page(request, typed, list(refusal.findings) or [general])
    except Conflict:
        told = "This page has already published a post; what you changed since was not sent."
        again = Finding("general", "already_published", told, "Press Publish again to send it as a new post.")
        return _compose_page(request, typed.with_fresh_key(), [again], status=409)
    if not replayed:
        doorbell.ring_after_commit()
    return _after_publishing(request, post, replayed=replayed)


@require_safe
@members_only
def allowed(request: MemberRequest, destination_id: UUID) -> HttpResponse:
    """Ask what a place allows now, and show it: as a piece for the compose page, or as a page."""
    request.principal.require(POSTS_WRITE)
    place = destination_of(request.principal.tenant, destination_id)
    panel = allowed_pages.asked_panel(place, afresh="afresh" in request.GET, now=timezone.now())
    piece = "HX-Request" in request.headers
    return render(request, "publishing/allowed.html" if piece else "publishing/allowed_page.html", {"panel": panel})


def _job_to_change(request: MemberRequest, asked: str) -> PublishJob | None:
    """Return the job that is to be changed and sent again; raises ``NotFound`` for one that is not the tenant's."""
    if not asked:
        return None
    pk = read_uuid(asked)
    if pk is None:
        raise NotFound("There is no such job.", remedy="Open it from the list of jobs.")
    return selectors.job_of(request.principal.tenant, pk)


def _change_job(request: MemberRequest, job: PublishJob, typed: Typed, draft: Draft, *, now: datetime) -> HttpResponse:
    """Change what a failed job says, and send it again."""
    try:
        redriving.edit_and_redrive(
            principal=request.principal,
            job=job,
            text=draft.text,
            link=draft.link,
            media=draft.media,
            settings=draft.settings.get(job.destination.kind, {}),
            now=now,
        )
        doorbell.ring_after_commit()
        messages.success(request, "It was changed and is sent again. What becomes of it stands below.")
    except Invalid as refusal:
        general = Finding("general", refusal.code, refusal.detail, refusal.remedy)
        return _compose_page(request, typed, list(refusal.findings) or [general])
    except Conflict as refusal:
        messages.error(request, _words(refusal))
    return redirect("job", job.pk)


def _compose_page(
    request: MemberRequest,
    typed: Typed,
    findings: list[Finding] | None = None,
    *,
    checked: bool = False,
    status: int = 0,
) -> HttpResponse:
    findings = findings or []
    if not typed.idempotency_key:
        typed = typed.with_fresh_key()
    told = {"may_upload": MEDIA_WRITE in request.principal.scopes} | compose_pages.compose_page(
        request.principal, request.user, typed, findings=findings, checked=checked, now=timezone.now()
    )
    return render(request, "publishing/compose.html", told, status=status or (422 if told["invalid"] else 200))


def _after_publishing(request: MemberRequest, post: Post, *, replayed: bool) -> HttpResponse:
    """Lead on to the job, or to the post when it goes to several places."""
    jobs = list(post.jobs.values_list("pk", flat=True))
    places = "1 destination" if len(jobs) == 1 else f"{len(jobs)} destinations"
    if replayed:
        messages.info(request, "This post had been accepted already; it is published once.")
    elif post.publish_at:
        moment = date_format(timezone.localtime(post.publish_at), "j M Y, H:i T")
        messages.success(request, f"Scheduled for {moment}, to {places}.")
    else:
        # Said in the past: it stands above the page while the page itself goes on telling what became of the post.
        messages.success(request, f"Your post was accepted for {places}. What becomes of it stands below.")
    return redirect("job", jobs[0]) if len(jobs) == 1 else redirect("post", post.pk)


@require_safe
@members_only
def posts(request: MemberRequest) -> HttpResponse:
    """Show the tenant's posts."""
    request.principal.require(POSTS_READ)
    told = posts_pages.posts_page(request.principal.tenant, Query(request.GET, request.path))
    return render(request, "publishing/posts.html", told)


@require_safe
@members_only
def post(request: MemberRequest, post_id: UUID) -> HttpResponse:
    """Show one post and what became of it at every destination."""
    request.principal.require(POSTS_READ)
    return render(
        request, "publishing/post.html", posts_pages.post_page(request.principal.tenant, post_id, now=timezone.now())
    )


@require_safe
@members_only
def jobs(request: MemberRequest) -> HttpResponse:
    """Show the tenant's jobs."""
    request.principal.require(POSTS_READ)
    told = jobs_pages.jobs_page(request.principal.tenant, Query(request.GET, request.path))
    return render(request, "publishing/jobs.html", told)


@require_safe
@members_only
def job(request: MemberRequest, job_id: UUID) -> HttpResponse:
    """Show the whole story of one job."""
    request.principal.require(POSTS_READ)
    found = selectors.job_of(request.principal.tenant, job_id)
    told = job_pages.job_page(request.principal, found, now=timezone.now())
    return render(request, "publishing/job.html", told)


@require_POST
@members_only
def cancel_job(request: MemberRequest, job_id: UUID) -> HttpResponse:
    """Take a job back."""
    found = selectors.job_of(request.principal.tenant, job_id)
    try:
        redriving.cancel_job(principal=request.principal, job=found, now=timezone.now())
        messages.success(request, f"Cancelled: nothing is published to {found.destination.name}.")
    except Conflict as refusal:
        messages.error(request, _words(refusal))
    return redirect("job", job_id)


@require_POST
@members_only
def retry_job(request: MemberRequest, job_id: UUID) -> HttpResponse:
    """Do not wait any longer."""
    found = selectors.job_of(request.principal.tenant, job_id)
    try:
        redriving.retry_job(principal=request.principal, job=found, now=timezone.now())
        doorbell.ring_after_commit()
        messages.success(request, "It does not wait any longer.")
    except Conflict as refusal:
        messages.error(request, _words(refusal))
    return redirect("job", job_id)


@require_POST
@members_only
def confirm_live(request: MemberRequest, job_id: UUID) -> HttpResponse:
    """Record that a post with an unknown outcome is live."""
    found = selectors.job_of(request.principal.tenant, job_id)
    link = request.POST.get("permalink", "").replace("\x00", "")
    try:
        redriving.confirm_live(principal=request.principal, job=found, link=link, now=timezone.now())
        messages.success(request, "Recorded as published.")
    except (Conflict, Invalid) as refusal:
        messages.error(request, _words(refusal))
    return redirect("job", job_id)


@require_POST
@members_only
def publish_again(request: MemberRequest, job_id: UUID) -> HttpResponse:
    """Record that a post with an unknown outcome is not live, and send it again."""
    found = selectors.job_of(request.principal.tenant, job_id)
    try:
        redriving.publish_again(principal=request.principal, job=found, now=timezone.now())
        doorbell.ring_after_commit()
        messages.success(request, f"It is sent to {found.destination.name} again.")
    except Conflict as refusal:
        messages.error(request, _words(refusal))
    return redirect("job", job_id)


@require_POST
@members_only
def remove_post(request: MemberRequest, job_id: UUID) -> HttpResponse:
    """Delete the live post at its platform."""
    found = selectors.job_of(request.principal.tenant, job_id)
    try:
        live.remove_post(principal=request.principal, job=found, now=timezone.now())
        messages.success(request, f"Deleted from {found.destination.name}.")
    except Refusal as refusal:
        _tell(request, refusal)
    return redirect("job", job_id)


@require_POST
@members_only
def edit_live_post(request: MemberRequest, job_id: UUID) -> HttpResponse:
    """Change the text of the live post at its platform."""
    request.principal.require(POSTS_WRITE)
    found = selectors.job_of(request.principal.tenant, job_id)
    form = LiveTextSerializer(data={"text": request.POST.get("text", "").replace("\r\n", "\n")})
    if not form.is_valid():
        messages.error(request, "The text is missing, too long, or holds characters that cannot be stored.")
        return redirect("job", job_id)
    try:
        live.edit_live_post(
            principal=request.principal, job=found, text=form.validated_data["text"], now=timezone.now()
        )
        messages.success(request, f"Changed at {found.destination.name}.")
    except Refusal as refusal:
        _tell(request, refusal)
    return redirect("job", job_id)


@require_POST
@members_only
def note_taken_back(request: MemberRequest, job_id: UUID) -> HttpResponse:
    """Record that somebody saw that a post was taken back."""
    found = selectors.job_of(request.principal.tenant, job_id)
    try:
        watching.take_note(principal=request.principal, job=found, now=timezone.now())
        messages.success(request, "Noted. It stays on the page of its job.")
    except Conflict as refusal:
        messages.error(request, _words(refusal))
    return HttpResponseRedirect(page_before(request) or reverse("job", args=[job_id]))


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def job_action(request: MemberRequest, job_id: UUID, slug: str) -> HttpResponse:
    """Do something with a published post; what people out there would notice is asked for twice."""
    principal, now = request.principal, timezone.now()
    principal.require(POSTS_WRITE)
    found = selectors.job_of(principal.tenant, job_id)
    wanted = acting.action_of(found, slug)

    def page(status: int = 200, **said: Any) -> HttpResponse:
        told = action_pages.action_page(principal.tenant, request.user, found, wanted, **said)
        return render(request, "publishing/action.html", told, status=status)

    if request.method != "POST":
        return page()
    sent = {name: request.POST.getlist(name) for name in request.POST if name.startswith(action_pages.GROUP)}
    key = request.POST.get("key", "")[:255]
    arguments, findings = action_pages.read(wanted, sent)
    if findings:
        return page(422, sent=sent, key=key, findings=findings)
    try:
        mark = acting.digest_of(found, wanted, arguments)
        if wanted.public and request.POST.get("confirmed") != mark:
            acting.check(found, wanted, arguments)
            return page(sent=sent, key=key, confirming=mark)
        acting.perform(
            principal=principal, job=found, slug=slug, arguments=arguments, idempotency_key=key or None, now=now
        )
    except (Forbidden, NotFound):
        raise
    except Refusal as refusal:
        # A key in doubt stays in doubt: whoever has looked at the platform comes back to a fresh form.
        return page(refusal.status, sent=sent, key=key, problem=refusal)
    messages.success(request, f"{wanted.name}: done. What the platform told stands below.")
    return redirect("job", job_id)


def _tell(request: MemberRequest, refusal: Refusal) -> None:
    """Say on the next page why something was not done; who may not do it at all is answered as everywhere."""
    if isinstance(refusal, Forbidden | NotFound):
        raise refusal
    words = [f"{one.message} {one.remedy}".strip() for one in refusal.findings]
    messages.error(request, " ".join([refusal.detail, *words, refusal.remedy]).strip())


@require_POST
@members_only
def redrive(request: MemberRequest) -> HttpResponse:
    """Send the jobs of dead letters again."""
    letters = _letters(request)
    count = redriving.redrive(principal=request.principal, letters=letters, now=timezone.now())
    doorbell.ring_after_commit()
    if count:
        more = " Press again for the rest." if len(letters) == MOST_AT_ONCE else ""
        messages.success(request, f"{_jobs(count)} sent again; each goes out once.{more}")
    else:
        messages.info(request, "Nothing was left to send again: somebody has dealt with it meanwhile.")
    return _back(request)


@require_POST
@members_only
def redrive_connection(request: MemberRequest, connection_id: UUID) -> HttpResponse:
    """Send what failed because an account had to be reconnected again."""
    found = connection_of(request.principal.tenant, connection_id)
    count = reconnected.redrive(principal=request.principal, connection=found, now=timezone.now())
    doorbell.ring_after_commit()
    if count:
        messages.success(request, f"{_jobs(count)} sent again; each goes out once.")
    else:
        messages.info(request, "Nothing was left to send again: somebody has dealt with it meanwhile.")
    return redirect("connection", found.pk)


@require_POST
@members_only
def discard(request: MemberRequest) -> HttpResponse:
    """Give the jobs of dead letters up, for a reason."""
    letters = _letters(request)
    reason = request.POST.get("reason", "").replace("\x00", "")[:500]
    try:
        count = redriving.discard(principal=request.principal, letters=letters, reason=reason, now=timezone.now())
        messages.success(request, f"{_jobs(count)} discarded.")
    except Invalid as refusal:
        messages.error(request, _words(refusal))
    return _back(request)


def _letters(request: MemberRequest) -> list[DeadLetter]:
    """Return the dead letters a form names: those ticked, or all of a group."""
    request.principal.require(POSTS_WRITE)
    tenant = request.principal.tenant
    if request.POST.get("scope") == "group":
        group = request.POST.get("group", "").replace("\x00", "")
        return letters_pages.letters_of_group(tenant, group, most=MOST_AT_ONCE)
    ids = read_uuids(request.POST.getlist("dead_letter")[:MOST_AT_ONCE])
    if ids is None:
        raise NotFound("There is no such dead letter.", remedy="Look at the list of dead letters.")
    return selectors.letters_of(tenant, ids)


def _back(request: MemberRequest) -> HttpResponse:
    return HttpResponseRedirect(page_before(request) or reverse("dead_letters"))


def _jobs(count: int) -> str:
    return "1 job" if count == 1 else f"{count:,} jobs"


def _words(refusal: Conflict | Invalid) -> str:
    return f"{refusal.detail} {refusal.remedy}".strip()
