"""Pages: the one place where HTML is made. Everything is escaped; only web addresses become links."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jinja2

_WEB = re.compile(r"https?://[^\s\x00-\x1f\x7f]+")


def page(template: str, /, **values: object) -> str:
    """Return a template of `cami_kg/templates/` filled with values, all of which are escaped."""
    return _environment().get_template(template).render(values)


def web(address: str) -> str:
    """Return an address if it is one of the web, http or https; else an empty string, which templates do not link."""
    return address if _WEB.fullmatch(address) else ""


@cache
def _environment() -> jinja2.Environment:
    import jinja2

    made = jinja2.Environment(
        autoescape=True,
        loader=jinja2.PackageLoader("cami_kg"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["web"] = web
    return made
