"""Who goes through a page by keys always sees where they are."""

import pytest

from tests.pages.conftest import settled

pytestmark = pytest.mark.browser

MOST_STEPS = 60
WHERE_IT_IS = """() => {
  let at = document.activeElement;
  while (at.shadowRoot && at.shadowRoot.activeElement) at = at.shadowRoot.activeElement;
  if (at === document.body) return null;
  const seen = [];
  for (let part = at, up = 0; part && up < 5; part = part.parentElement, up += 1) {
    const style = getComputedStyle(part);
    // a box draws its own frame around the field within it
    const framed = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 || style.boxShadow !== 'none';
    const bordered = at.tagName === 'INPUT' && part.matches('[data-baseweb], [role="combobox"], div') && parseFloat(style.borderTopWidth) > 0;
    seen.push((up === 0 || at.tagName === 'INPUT') && (framed || bordered));
  }
  let opacity = 1;
  for (let part = at; part; part = part.parentElement) opacity *= parseFloat(getComputedStyle(part).opacity);
  const name = at.tagName + ' ' + (at.getAttribute('aria-label') || at.textContent || '').slice(0, 30);
  return { name, seen: seen.some(Boolean) && opacity > 0.5 };
}"""


@pytest.mark.parametrize("name", ["overview", "strand", "when", "where", "forecast", "resourcing"])
def test_the_focus_is_seen_at_every_step(server, page, name):
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{server.url}/{name}")
    settled(page)
    page.wait_for_timeout(700)  # until charts are drawn
    steps = []
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        step = page.evaluate(WHERE_IT_IS)
        if step is None:
            break
        if not step["seen"]:
            page.wait_for_timeout(500)  # until what fades in is there
            step = page.evaluate(WHERE_IT_IS)
        steps.append(step)
    assert len(steps) > 15
    assert [step["name"] for step in steps if not step["seen"]] == []
