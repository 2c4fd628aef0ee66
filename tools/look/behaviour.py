"""What pages do, tried with a browser: by keyboard alone, without a script, while they look again by themselves, before any script has come.

Each trial is a function whose first line is its promise. It tells what breaks it, as pairs of a page and words; nothing told is all
well. What it looks at besides is kept as pictures.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from playwright.sync_api import Error, Page, expect
from playwright.sync_api import TimeoutError as TooLate

if TYPE_CHECKING:
    from tools.look.browser import Look, Visitor

Broken = Iterator[tuple[str, str]]
#: Makes a browser of somebody: ``opened("owner", java_script_enabled=False)``.
Opened = Callable[..., "Visitor"]

#: Of the admin, whose pages are made alike, these are tried by keyboard and without a script.
_OF_ADMIN: Final = (
    "admin/", "admin/connectors/connection/", "admin/connectors/connection/<path:object_id>/change/", "admin/tenants/flag/",
    "admin/tenants/flag/<path:object_id>/change/", "admin/publishing/deadletter/",
)  # fmt: skip


def keyboard(look: Look, opened: Opened) -> Broken:
    """Whatever can be done on a page is reached by Tab alone, is seen when it has the focus, and what opens is closed by Escape."""
    visitor = opened("owner")
    for url in _pages(look, visitor):
        with visitor.at(url) as page:
            for words in (*_tabbed(page), *_opened_and_closed(page)):
                yield url, words
    with visitor.at("/") as page:
        page.set_viewport_size({"width": 360, "height": 800})
        for words in (*_tabbed(page), *_opened_and_closed(page)):
            yield "/ at 360 px", words


def without_script(look: Look, opened: Opened) -> Broken:
    """Without JavaScript every page says what it has to say, and lists are narrowed, letters redriven, accounts connected, posts sent."""
    visitor = opened("owner", java_script_enabled=False)
    for url in _pages(look, visitor):
        with visitor.at(url) as page:
            if len(page.locator("main, #content").first.inner_text().strip()) < 20:
                yield url, "has next to nothing to say without a script"
            if page.locator("main svg.plot:empty").count():
                yield url, "has a chart that only a script would draw"
    for deed in (_narrow, _redrive, _write, _connect):
        with visitor.at("/") as page:
            try:
                deed(page, look)
            except (Error, AssertionError) as error:
                yield page.url, f"without a script {deed.__doc__}: {str(error).splitlines()[0][:200]}"
            else:
                look.at(page, f"no-script-{deed.__name__.strip('_')}", ways=((1440, "light"),), axe=False)


def live(look: Look, opened: Opened) -> Broken:
    """A number changes by itself, and what the reader did stays: focus, what is open, how far it is scrolled, what is typed."""
    visitor = opened("owner")
    with visitor.at("/dead-letters") as page:
        yield from (("/dead-letters", words) for words in _changes_by_itself(page, look))
    with visitor.at("/dead-letters") as page:
        yield from (("/dead-letters", words) for words in _keeps_what_is_typed(page, look))


def first_paint(look: Look, opened: Opened) -> Broken:
    """The first paint waits for no script, and has the colours that the reader chose."""
    for who, urls in (
        ("owner", ("/", "/publishing", "/dead-letters", "/analytics", "/jobs")),
        ("guest", ("/sign-in",)),
    ):
        visitor = opened(who)
        visitor.context.add_cookies([{"name": "switchboard_theme", "value": "dark", "url": look.plan["hub"]}])
        # Held back for good: what is painted now was painted without them.
        visitor.context.route("**/*.js*", lambda route: None)
        for url in urls:
            page = visitor.context.new_page()
            try:
                page.goto(look.plan["hub"] + url, wait_until="commit")
                page.wait_for_function(
                    "performance.getEntriesByName('first-contentful-paint').length > 0 && document.querySelector('h1')"
                )
                if page.evaluate("getComputedStyle(document.documentElement).colorScheme") != "dark":
                    yield url, "is painted first in other colours than were chosen"
            except TooLate:
                yield url, "paints nothing while its scripts have not come"
            finally:
                page.close()
        visitor.context.unroute_all(behavior="ignoreErrors")


def flags(look: Look, opened: Opened) -> Broken:
    """A platform that the admin's form switches off for one tenant is off on the pages of that tenant alone, and on again."""
    visitor, reason = opened("owner"), "LinkedIn is being mended tonight."
    said: dict[str, str] = {
        "/connections/new": "Switched off.", "/compose": reason, "/": "LinkedIn is switched off", "/platforms": reason,
    }  # fmt: skip
    flag = look.sql("SELECT id FROM feature_flags WHERE name = 'platform.linkedin'")[0][0]
    form = f"/admin/tenants/flag/{flag}/change/"
    with visitor.at(form) as page:
        _switch(page, "off_for", reason, tenant="demo")
        look.at(page, "flags-list-one-off")
    with visitor.at(form) as page:
        look.at(page, "flags-form-one-off")
    for url, words in said.items():
        with visitor.at(url) as page:
            if words not in page.inner_text("main"):
                yield url, f"does not say '{words}' while LinkedIn is off for the tenant"
            look.at(page, f"flag-off-{url.strip('/') or 'overview'}")
    with opened("new").at("/connections/new") as page:
        if "Switched off." in page.inner_text("main"):
            yield "/connections/new", "is switched off for a tenant that was not named"
    with visitor.at(form) as page:
        _switch(page, "on", "")
    for url, words in said.items():
        with visitor.at(url) as page:
            if words in page.inner_text("main"):
                yield url, f"says '{words}' although LinkedIn is on again"


TRIALS: Final[dict[str, Callable[[Look, Opened], Broken]]] = {
    "keyboard": keyboard, "without-script": without_script, "live": live, "first-paint": first_paint, "flags": flags,
}  # fmt: skip


def _pages(look: Look, visitor: Visitor) -> Iterator[str]:
    """Yield an address of each page that has one of its own."""
    yield "/"
    tried: set[str] = set()
    for wish in look.plan["pages"]:
        route = wish.get("route", "")
        if (
            wish["who"] != "owner"
            or not route
            or route in tried
            or (route.startswith("admin/") and route not in _OF_ADMIN)
        ):
            continue
        tried.add(route)
        answer = visitor.context.request.get(look.plan["hub"] + wish["url"], max_redirects=0)
        if answer.status == 200 and "html" in answer.headers.get("content-type", ""):
            yield wish["url"]


# --- by keyboard --------------------------------------------------------------------------------------------------------------

#: Writes down, for each thing that gets the focus, whether one could see that; what is there to be reached is listed before.
_WATCH: Final = """() => {
  const shown = (one) => one.checkVisibility({visibilityProperty: true}) && !one.closest('[inert]');
  const wanted = 'a[href], button, input:not([type=hidden]), select, textarea, summary:first-of-type, [tabindex]';
  const all = [...document.querySelectorAll(wanted)].filter((one) => one.tabIndex >= 0 && !one.disabled && shown(one));
  const groups = new Set();
  const told = window.toldOfFocus = {met: new Set(), unseen: new Set(), hidden: new Set()};
  const words = (one) => (one.outerHTML.match(/^<[^>]*>/)[0].slice(0, 110) + (one.textContent.trim().replace(/\\s+/g, ' ').slice(0, 40)));
  const labelled = (one) => [one, ...(one.labels || []), one.closest('label, .upload'), one.closest('.select2-selection')].filter(Boolean);
  const ringed = (one) => [one, ...labelled(one).flatMap((label) => [label, ...label.querySelectorAll('*')])].some((box) => {
    const style = getComputedStyle(box);
    return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
  });
  // Where the middle and the corners of it are, is it that one sees?
  const visible = (one) => labelled(one).some((box) => {
    const at = box.getBoundingClientRect();
    if (at.width < 3) return false;
    return [[.5, .5], [.1, .5], [.9, .5], [.5, .1], [.5, .9]].some(([x, y]) => {
      const hit = document.elementFromPoint(at.left + x * at.width, at.top + y * at.height);
      return hit && (box.contains(hit) || hit.contains(box));
    });
  });
  const key = (one) => one.type === 'radio' ? `radio ${one.name}` : all.indexOf(one);
  document.addEventListener('focusin', ({target}) => {
    told.met.add(key(target));
    if (!ringed(target)) told.unseen.add(words(target));
  });
  // By now it was scrolled to. A way past the menus shows itself only as long as it has the focus; it was looked at before.
  document.addEventListener('focusout', ({target}) => {
    if (target !== document.body && target !== all[0] && target.isConnected && !visible(target)) told.hidden.add(words(target));
  });
  window.notReached = () => all.filter((one) => one.isConnected && shown(one) && !told.met.has(key(one))).map(words);
  document.activeElement?.blur();
  return all.length;
}"""
_TOLD: Final = """() => ({unseen: [...toldOfFocus.unseen], hidden: [...toldOfFocus.hidden], left: notReached()})"""
#: A walk longer than this says nothing new.
_MOST: Final = 400
#: So many boxes at most that can be scrolled by keyboard, and so take a Tab each though they are no control.
_BOXES: Final = 40


def _tabbed(page: Page) -> Iterator[str]:
    """Walk the page by Tab, once round; tell of what was passed over and of what one could not see."""
    page.evaluate("document.querySelectorAll('[hx-trigger]').forEach((one) => one.removeAttribute('hx-trigger'))")
    page.evaluate("scrollTo(0, 0)")
    count = page.evaluate(_WATCH)
    yield from _skipped(page)
    for _ in range(min(count + 3, _MOST)):
        page.keyboard.press("Tab")
    told = page.evaluate(_TOLD)
    for _ in range(_BOXES if count <= _MOST else 0):
        if not told["left"]:
            break
        page.keyboard.press("Tab")
        told = page.evaluate(_TOLD)
    if count <= _MOST and told["left"]:
        yield f"{len(told['left'])} of {count} are not reached by Tab: {told['left'][0]}"
    for one in told["unseen"][:3]:
        yield f"has the focus, and nothing shows it: {one}"
    for one in told["hidden"][:3]:
        yield f"has the focus out of sight: {one}"


def _skipped(page: Page) -> Iterator[str]:
    """Take the way past the menus, where there are any; a page of nothing but itself needs none."""
    if not page.locator("nav").count():
        return
    if page.evaluate("document.activeElement === document.body"):
        page.keyboard.press("Tab")
    else:  # a form that has the focus at once: one comes there by going back
        page.locator("a[href^='#']").first.focus()
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Tab")
    first = page.evaluate(
        "[document.activeElement.getAttribute('href'), document.activeElement.getBoundingClientRect().bottom]"
    )
    if not str(first[0]).startswith("#") or first[1] <= 0:
        yield "does not begin with a way past its menus that one can see"
        return
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    within = "document.querySelector(arguments)?.contains(document.activeElement)".replace("arguments", repr(first[0]))
    if (
        page.evaluate(within) is False
        and page.locator(f"{first[0]} :is(a[href], button, input, select, textarea)").count()
    ):
        yield f"leads by its first link not into {first[0]}"
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    page.evaluate("getSelection().removeAllRanges()")


def _opened_and_closed(page: Page) -> Iterator[str]:
    """Open each menu and each question by Enter, and close it by Escape: the focus is in it, and then where it was."""
    for number in range(page.locator("details[data-menu] > summary:visible").count()):
        summary = page.locator("details[data-menu] > summary:visible").nth(number)
        summary.focus()
        page.keyboard.press("Enter")
        if not summary.evaluate("one => one.parentElement.open"):
            yield f"a menu does not open by Enter: {summary.inner_text()[:40]}"
            continue
        page.keyboard.press("Tab")
        inside = summary.evaluate("one => one.parentElement.contains(document.activeElement)")
        page.keyboard.press("Escape")
        if not inside:
            yield f"Tab leads not into a menu that is open: {summary.inner_text()[:40]}"
        if summary.evaluate("one => one.parentElement.open || document.activeElement !== one"):
            yield f"Escape does not close a menu and lead back: {summary.inner_text()[:40]}"
    asks = page.locator("button[popovertarget]:not([popovertargetaction=hide]):visible")
    for number in range(min(asks.count(), 3)):
        button = asks.nth(number)
        if button.is_disabled():
            continue
        box = page.locator(f"[id='{button.get_attribute('popovertarget')}']")
        button.focus()
        page.keyboard.press("Enter")
        if not box.evaluate("one => one.matches(':popover-open') && one.contains(document.activeElement)"):
            yield f"a question does not open by Enter, or has not the focus: {button.inner_text()[:40]}"
        page.keyboard.press("Escape")
        if box.evaluate("one => one.matches(':popover-open')") or not button.evaluate(
            "one => document.activeElement === one"
        ):
            yield f"Escape does not close a question and lead back: {button.inner_text()[:40]}"


# --- without a script ---------------------------------------------------------------------------------------------------------


def _narrow(page: Page, look: Look) -> None:
    """jobs are not narrowed by words"""
    page.goto(look.plan["hub"] + "/jobs")
    page.fill("#filter-query", "rolls")
    page.press("#filter-query", "Enter")
    page.wait_for_url(re.compile("query=rolls"))
    expect(page.locator("#filter-query")).to_have_value("rolls")


def _redrive(page: Page, look: Look) -> None:
    """dead letters are not redriven"""
    page.goto(look.plan["hub"] + "/dead-letters")
    page.locator("button[name=scope][value=group]:not([formaction])").first.click()
    expect(page.locator(".messages .note")).to_be_visible()


def _write(page: Page, look: Look) -> None:
    """no post is written"""
    page.goto(look.plan["hub"] + "/compose")
    page.fill("textarea[name=text]", "Written without a script")
    page.locator("input[name=destination]:not(:disabled)").first.check()
    page.locator("button[value=publish]").click()
    page.wait_for_url(re.compile("/(posts|jobs)/"))


def _connect(page: Page, look: Look) -> None:
    """no account is connected"""
    page.goto(look.plan["hub"] + "/connections/new")
    page.locator("#connect-linkedin a.button").click()
    page.locator("button[value=allow]").click()
    page.wait_for_url(re.compile("/connections/"))
    box = page.locator("main input[type=checkbox]:not(:disabled):visible").first
    if box.count():
        box.check()
        page.locator("main form button:not([type=button]):visible").last.click()
        page.wait_for_load_state()
    expect(page.locator(".messages .note").first).to_be_visible()


# --- while it looks again -----------------------------------------------------------------------------------------------------

_BADGE: Final = "() => document.querySelector('.bar-nav [data-dead-letter-badge] b').textContent"
_CLOSE_ONE: Final = """UPDATE dead_letters SET closed_at = opened_at, resolution = 'discarded' WHERE id = (SELECT min(id) FROM
  dead_letters WHERE closed_at IS NULL AND fingerprint = ? AND tenant_id = (SELECT id FROM tenants WHERE slug = 'demo'))"""
#: Longer than a dashboard waits before it looks again.
_SOON: Final = 40_000


def _changes_by_itself(page: Page, look: Look) -> Iterator[str]:
    """Close a dead letter behind the page's back, and see what the page makes of it."""
    last = page.locator("details.letter-jobs").last
    if not last.evaluate("one => one.open"):
        last.locator("summary").click()
    before = page.evaluate(_BADGE)
    link = last.locator("a.row-link").first
    link.focus()
    link.scroll_into_view_if_needed()
    page.evaluate("window.sameAsBefore = true")
    stood = page.evaluate("[scrollY, document.activeElement.href]")
    look.sql(_CLOSE_ONE, page.locator("input[name=group]").first.input_value())
    try:
        page.wait_for_function(f"before => ({_BADGE})() !== before", arg=before, timeout=_SOON)
    except TooLate:
        yield "does not change by itself"
        return
    page.wait_for_timeout(300)
    if not page.evaluate("window.sameAsBefore"):
        yield "was loaded again"
    if not last.evaluate("one => one.open"):
        yield "closed what was open"
    scrolled, focus = page.evaluate("[scrollY, document.activeElement.href]")
    if focus != stood[1]:
        yield f"took the focus away: {stood[1]} had it"
    # The page may have grown shorter by what is gone; it does not jump.
    if abs(scrolled - stood[0]) > 150:
        yield f"jumped from {stood[0]} to {scrolled}"


def _keeps_what_is_typed(page: Page, look: Look) -> Iterator[str]:
    """Type while it looks again: the words stay, and it says that it waits."""
    page.locator("#filter-query").press_sequentially("gone")
    page.evaluate("window.htmx.trigger('#live', 'look')")
    page.wait_for_timeout(1500)
    if page.evaluate("[document.activeElement.id, document.activeElement.value]") != ["filter-query", "gone"]:
        yield "took away what was typed"
    if "waits" not in page.locator("[data-live-text]").first.inner_text():
        yield "does not say that it waits while somebody types"


# --- switches -----------------------------------------------------------------------------------------------------------------


def _switch(page: Page, standing: str, reason: str, *, tenant: str = "") -> None:
    """Fill in the admin's form of a flag, by keyboard where it searches, and save it."""
    page.select_option("#id_standing", standing)
    for gone in page.locator(".select2-selection__choice__remove").all():
        gone.click()
    if tenant:
        page.locator(".field-tenants .select2-search__field").press_sequentially(tenant)
        page.locator(".select2-results__option--highlighted:not(.loading-results)").wait_for()
        page.keyboard.press("Enter")
    page.fill("#id_reason", reason)
    page.locator("input[name=_save]").click()
    page.wait_for_url(re.compile(r"/flag/$"))
    # A change bites within two seconds.
    page.wait_for_timeout(2500)
