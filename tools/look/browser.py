"""Visit the pages of a plan with Chromium: pictures, what axe-core says, what is cut off, what the console told; and try what they do.

    python -m tools.look.browser plan.json pictures/ report.json [--quick] [--only REGEX]

Runs in an environment of its own (``requirements-look.lock``) and imports nothing of the hub.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

from tools.look.behaviour import TRIALS

WIDTHS: Final = (360, 820, 1440)
#: Layout between these two is made of the same rules.
WIDTHS_OF_AXE: Final = (360, 1440)
THEMES: Final = ("light", "dark")
QUICK: Final = ((360, "dark"), (1440, "light"))
PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS: Final = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--hide-scrollbars",
    "--disable-dev-shm-usage", "--disable-component-update",
)  # fmt: skip
_AXE: Final = """async (asked) => (await axe.run(document, {resultTypes: ['violations'], runOnly: asked})).violations.map(found => ({
  id: found.id, impact: found.impact, help: found.help,
  nodes: found.nodes.slice(0, 5).map(node => `${node.target.join(' ')} ${node.html.slice(0, 160)}`)}))"""
_EVERYTHING: Final = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
#: What is asked in the dark of a page that was seen by light: it is built alike, and only its colours differ.
_COLOURS: Final = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
#: What a finger cannot get to see: tables in a box that cuts them off, and whatever makes the page itself scroll sideways.
_CUT: Final = """() => {
  const told = [];
  const over = document.documentElement.scrollWidth - innerWidth;
  if (over > 0) {
    const wide = [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > innerWidth + 1);
    told.push(`the page is ${over} px too wide: ${wide.slice(-1).map(one => one.outerHTML.slice(0, 120))}`);
  }
  for (const table of document.querySelectorAll('table')) {
    for (let box = table.parentElement; box; box = box.parentElement) {
      const way = getComputedStyle(box).overflowX;
      if (way === 'auto' || way === 'scroll') break;
      if (way !== 'visible' && table.getBoundingClientRect().right > box.getBoundingClientRect().right + 1)
        told.push(`a table is cut off: ${table.outerHTML.slice(0, 120)}`);
    }
  }
  return told;
}"""


class Look:
    """What is seen, page by page."""

    def __init__(self, plan: dict[str, Any], pictures: Path, *, quick: bool, only: str) -> None:
        self.plan, self.pictures, self.only = plan, pictures, re.compile(only)
        every = [(width, theme) for width in WIDTHS for theme in THEMES]
        self.ways = list(QUICK) if quick else every
        self.axe = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
        self.seen: list[dict[str, Any]] = []
        self.faults: list[dict[str, Any]] = []
        self.tried: list[str] = []
        self._names: set[str] = set()

    def fault(self, page: Page | str, kind: str, words: str, *, impact: str = "serious", where: str = "") -> None:
        """Write a fault down; the same one of the same page once, with all ways in which it shows."""
        url = page if isinstance(page, str) else page.url
        path = url.removeprefix(self.plan["hub"]).removeprefix(self.plan["sandbox"])
        for known in self.faults:
            if (known["page"], known["kind"], known["words"]) == (path, kind, words):
                known["where"] = [*known["where"], where]
                return
        self.faults.append(
            {"page": path, "kind": kind, "impact": impact, "words": words, "where": [where] if where else []}
        )

    def at(self, page: Page, name: str, *, ways: Sequence[tuple[int, str]] = (), axe: bool = True) -> None:
        """Look at a page as it stands, in every way or in these."""
        name = self._free(name)
        page.wait_for_load_state("load")
        if axe:
            page.evaluate(self.axe)
        chosen = ways or self.ways
        for width, theme in chosen:
            where = f"{width}-{theme}"
            page.emulate_media(color_scheme=theme)
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(60)
            page.screenshot(path=self.pictures / f"{name}-{where}.jpg", full_page=True, type="jpeg", quality=70)
            for words in page.evaluate(_CUT):
                self.fault(page, "cut", words, where=where)
            if axe and width in WIDTHS_OF_AXE:
                seen_by_light = theme == "dark" and (width, "light") in chosen
                for found in page.evaluate(_AXE, _COLOURS if seen_by_light else _EVERYTHING):
                    words = f"{found['help']}: {found['nodes'][0]}"
                    self.fault(page, found["id"], words, impact=found["impact"] or "minor", where=where)
        self.seen.append({"name": name, "url": page.url, "title": page.title()})

    def sql(self, statement: str, *values: str) -> list[Any]:
        """Change the hub's rows behind its back; return what the statement does."""
        with sqlite3.connect(self.plan["database"], timeout=30) as database:
            return database.execute(statement, values).fetchall()

    def _free(self, name: str) -> str:
        name = re.sub(r"[^\w.=-]+", "-", name).strip("-")[:90] or "home"
        free = name
        for number in range(2, 99):
            if free not in self._names:
                break
            free = f"{name}-{number}"
        self._names.add(free)
        return free


class Visitor:
    """One person's browser."""

    def __init__(self, browser: Browser, look: Look, who: str, **options: Any) -> None:
        self.look, self.who, self.hub = look, who, look.plan["hub"]
        # axe is put into the page, which the hub's own policy rightly forbids.
        self.context: BrowserContext = browser.new_context(
            bypass_csp=True, viewport={"width": 1440, "height": 900}, **options
        )
        self.context.set_default_timeout(60_000)
        if who in look.plan["people"]:
            self._sign_in(*look.plan["people"][who])

    def _sign_in(self, email: str, password: str) -> None:
        page = self.context.new_page()
        page.goto(f"{self.hub}/sign-in")
        page.fill("input[name=email]", email)
        page.fill("input[name=password]", password)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        page.close()

    @contextmanager
    def at(self, url: str) -> Iterator[Page]:
        """Go to a page of the hub, and leave it in the end."""
        page = self.context.new_page()
        page.goto(self.hub + url)
        yield page
        page.close()

    def visit(self, wish: dict[str, Any]) -> None:
        """Go to a page, look, and take the steps from there."""
        url = (
            wish["url"]
            if "://" in wish["url"]
            else self.look.plan["sandbox" if self.who == "sandbox" else "hub"] + wish["url"]
        )
        try:
            if not self._is_page(wish, url):
                return
        except Error as error:
            self.look.fault(url, "walk", str(error).splitlines()[0][:300])
            return
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.look.fault(page, "script", str(error)[:300]))
        page.on("console", lambda told: self._console(page, told))
        try:
            self._look(page, wish, url)
        except Error as error:
            self.look.fault(page, "walk", str(error).splitlines()[0][:300])
        finally:
            page.close()

    def _is_page(self, wish: dict[str, Any], url: str) -> bool:
        """Tell whether there is anything to look at: only routes may turn out to be none."""
        if "route" not in wish:
            return True
        answer = self.context.request.get(url, max_redirects=0)
        if answer.status == 403 and re.match(r"admin/\w+/\w+/(add|.*/delete)/$", wish["route"]):
            return False
        # A guest's links lead on from the secret in their address; whoever else is sent on gets there by itself, too.
        if 300 <= answer.status < 400 and self.who != "guest":
            return False
        return answer.status != 405 and (answer.status >= 400 or "html" in answer.headers.get("content-type", ""))

    def _look(self, page: Page, wish: dict[str, Any], url: str) -> None:
        expected = wish.get("status", 200)
        got = page.goto(url)
        if expected is not None and (got is None or got.status != expected):
            self.look.fault(url, "status", f"answers {got.status if got else 'nothing'}, not {expected}")
        if self.who not in ("guest", "sandbox") and urlsplit(page.url).path == "/sign-in":
            self.look.fault(url, "status", f"sends {self.who} to sign in")
        if "await" in wish:
            page.wait_for_selector(wish["await"])
        name = f"{self.who}-{urlsplit(url).path}-{urlsplit(url).query}"
        own = r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/c/)[\w-]{20,}|(?<=leave/).*|(?<=new/)[^/]+/.*"
        self.look.at(page, re.sub(own, "x", name))
        for step in wish.get("steps", ()):
            self._step(page, step)
        if wish.get("crawl"):
            self._crawl(page, wish["crawl"])

    def _console(self, page: Page, told: Any) -> None:
        # That the page itself answered 404 is looked at above.
        if told.type == "error" and told.location.get("url") != page.url:
            self.look.fault(page, "console", told.text[:300])

    def _step(self, page: Page, step: list[str]) -> None:
        verb, *rest = step
        name = rest[-1] if verb in ("click", "until", "press", "submit", "open") else ""
        match verb:
            case "fill":
                page.fill(rest[0], rest[1])
            case "click":
                page.locator(rest[0]).first.click()
            case "until":
                page.wait_for_selector(rest[0])
            case "press":
                page.press(rest[0], "Enter")
            case "submit":
                page.locator(rest[0]).first.evaluate("form => { form.noValidate = true; form.requestSubmit(); }")
            case "choose":
                page.locator(rest[0]).first.select_option(index=int(rest[1]))
            case "forget":
                self.context.clear_cookies()
            case "open":
                page.goto(self.hub + rest[0])
            case "sql":
                self.look.sql(rest[0])
        if name:
            page.wait_for_timeout(400)
            page.wait_for_load_state("load")
            self.look.at(page, f"{self.who}-{name}")

    def _crawl(self, page: Page, most: int) -> None:
        """Follow the links of the sandbox, one page of each shape."""
        base = self.look.plan["sandbox"]
        shapes, queue = {self._shape(page.url)}, self._links(page)
        for url in queue:
            if len(shapes) >= most:
                break
            if url.startswith(base) and self._shape(url) not in shapes:
                shapes.add(self._shape(url))
                if "html" not in self.context.request.get(url).headers.get("content-type", ""):
                    continue
                page.goto(url)
                self.look.at(page, f"sandbox-{self._shape(url)}")
                queue += self._links(page)

    @staticmethod
    def _links(page: Page) -> list[str]:
        found: list[str] = page.evaluate(
            "() => [...document.querySelectorAll('a[href]')].map(one => one.href.split('#')[0])"
        )
        return found

    @staticmethod
    def _shape(url: str) -> str:
        path = re.sub(r"[^/]*\d[^/]*|@[^/]+", "x", urlsplit(url).path)
        return "/".join(path.split("/")[:4])


def main() -> int:
    asked = _asked()
    plan = json.loads(asked.plan.read_text(encoding="utf-8"))
    look = Look(plan, asked.pictures, quick=asked.quick, only=asked.only)
    began = time.monotonic()
    visitors: dict[str, Visitor] = {}
    with sync_playwright() as play:
        program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)
        browser = play.chromium.launch(executable_path=program, args=list(OPTIONS))
        for number, wish in enumerate(plan["pages"], start=1):
            if not look.only.search(f"{wish['who']} {wish['url']}"):
                continue
            if wish["who"] == "behaviour":
                _try(browser, look, wish["url"])
                _tell(asked, look)
                continue
            # A guest comes with nothing each time.
            key = f"guest {number}" if wish["who"] == "guest" else wish["who"]
            visitor = visitors.get(key) or Visitor(browser, look, wish["who"])
            if wish["who"] != "guest":
                visitors[key] = visitor
            visitor.visit(wish)
            if wish["who"] == "guest":
                visitor.context.close()
            _tell(asked, look)
            sys.stderr.write(
                f"\r\033[K{number} of {len(plan['pages'])}, {time.monotonic() - began:.0f} s  {wish['url'][:70]}"
            )
            sys.stderr.flush()
        browser.close()
    sys.stderr.write("\r\033[K")
    return 0


def _try(browser: Browser, look: Look, name: str) -> None:
    """Try a behaviour with browsers of its own; what breaks its promise is a fault."""
    opened: list[Visitor] = []

    def open_one(who: str, **options: Any) -> Visitor:
        opened.append(Visitor(browser, look, who, **options))
        return opened[-1]

    trial = TRIALS[name]
    look.tried.append(name)
    try:
        for url, words in trial(look, open_one):
            look.fault(url, f"behaviour: {name}", words)
    except Error as error:
        look.fault(name, f"behaviour: {name}", f"came to no end: {str(error).splitlines()[0][:300]}")
    for visitor in opened:
        visitor.context.close()


def _tell(asked: argparse.Namespace, look: Look) -> None:
    """Write down what was seen so far: a look that is broken off has seen something, too."""
    told = {"seen": look.seen, "tried": look.tried, "faults": look.faults}
    asked.report.write_text(json.dumps(told, indent=1, ensure_ascii=False), encoding="utf-8")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="browser.py")
    parser.add_argument("plan", type=Path)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("report", type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
