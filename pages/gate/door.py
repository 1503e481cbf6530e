"""The pages that the gate answers with itself: the way in, and why there is none."""

from collections.abc import Sequence
from html import escape

from starlette.responses import HTMLResponse
from streamlit.auth_util import encode_provider_token

from pages.gate.starting import providers

STYLE = """
:root { color-scheme: light dark; --ink: #1b2733; --ground: #f2f4f7; --card: #fff; --accent: #1f4e79; --on: #fff; --line: #cfd6dd; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8edf2; --ground: #12181f; --card: #1d262f; --accent: #8bbbe4; --on: #12181f; --line: #3a4754; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--ground); color: var(--ink);
  font: 1.0625rem/1.5 "Source Sans Pro", "Source Sans 3", system-ui, sans-serif; }
main { width: 100%; max-width: 30rem; padding: 2.25rem; background: var(--card); border: 1px solid var(--line); border-radius: 0.25rem; }
h1 { margin: 0 0 0.75rem; font-size: 1.6rem; line-height: 1.2; font-weight: 650; }
p { margin: 0 0 1.25rem; }
a { display: block; margin-top: 0.75rem; padding: 0.75rem 1rem; border-radius: 0.25rem; background: var(--accent); color: var(--on);
  font-weight: 600; text-align: center; text-decoration: none; }
a.quiet { background: none; color: var(--accent); border: 1px solid var(--line); }
a:focus-visible { outline: 3px solid #2f80c2; outline-offset: 2px; }
small { display: block; margin-top: 1.5rem; font-size: 0.95rem; opacity: 0.9; }
"""


def sign_in_page(base: str) -> HTMLResponse:
    """Return the page that leads to the provider; whoever has signed in comes back to what they wanted to open."""
    names = providers()
    ways = [
        (f"{base}/auth/login?provider={encode_provider_token(name)}", _label(name, len(names)))
        for name in names
    ]
    return _page(
        "Sign in to the vulnerability dashboard",
        "It shows police figures. Go on with your work account.",
        ways,
        "What you open, download and change is recorded under your name.",
        status=401,
    )


def proxy_page() -> HTMLResponse:
    """Return the page for who comes past the proxy that signs people in, or whom it does not name."""
    return _page(
        "Sign in first",
        "You are not signed in. Open this dashboard by the address that your force gave you.",
        status=401,
    )


def no_role_page(base: str, name: str, can_leave: bool) -> HTMLResponse:
    """Return the page for who is signed in and has no role here."""
    ways = [(f"{base}/auth/logout", "Sign out")] if can_leave else []
    return _page(
        "No access yet",
        f"You are signed in as {name}, and your account has no role in this dashboard. Ask whoever keeps it to give you one, then "
        "sign in again.",
        ways,
        status=403,
        quiet=True,
    )


def not_from_elsewhere_page() -> HTMLResponse:
    """Return the page for who reaches a server that answers to its own machine alone."""
    return _page(
        "For its own machine alone",
        "Sign-in is off on this server, so that it answers to the machine it runs on and to nobody else. "
        "Whoever keeps it can set up a sign-in.",
        status=403,
    )


def _label(name: str, number: int) -> str:
    return "Sign in" if name == "default" and number == 1 else f"Sign in with {name.capitalize()}"


def _page(
    title: str,
    text: str,
    ways: Sequence[tuple[str, str]] = (),
    note: str = "",
    *,
    status: int,
    quiet: bool = False,
) -> HTMLResponse:
    kind = ' class="quiet"' if quiet else ""
    links = "".join(f'<a{kind} href="{escape(address)}">{escape(label)}</a>' for address, label in ways)
    small = f"<small>{escape(note)}</small>" if note else ""
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)} · Vulnerability dashboard</title><style>{STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1><p>{escape(text)}</p>{links}{small}</main></body></html>",
        status_code=status,
        headers={"Cache-Control": "no-store"},
    )
