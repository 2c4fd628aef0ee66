"""Every page as people see it: pictures at three widths, light and dark, and what axe-core says. ``make look``.

``hub`` starts a hub of its own, ``demo`` fills it with rows in every state, ``pages`` names an address for each route of the URLconf,
``browser`` visits them with Chromium, and ``behaviour`` tries what they do. It runs in an environment of its own, so that nobody else
needs a browser.
"""
