"""Putting each fragment of a page in while the focus stands in what it replaces."""

from playwright.sync_api import Page

ASKING = "main [hx-get], main [hx-post]"
MOST = 12

SWAP = """async ([selector, rank]) => {
  const asking = document.querySelectorAll(selector)[rank];
  const place = asking.closest("[hx-target]")?.getAttribute("hx-target") ?? "this";
  const region = place === "this" ? asking : place.startsWith("closest ") ? asking.closest(place.slice(8))
    : document.querySelector(place);
  const inside = [...(region?.querySelectorAll("a[href], button, input, select, textarea, summary") ?? [])];
  const shown = [...inside, asking].find((element) => element.getClientRects().length && element.type !== "hidden");
  shown?.focus();
  if (document.activeElement === document.body) document.querySelector("#content").focus();
  const verb = asking.hasAttribute("hx-get") ? "get" : "post";
  const settled = new Promise((done) => {
    for (const name of ["htmx:afterSettle", "htmx:responseError", "htmx:beforeOnLoad"]) {
      document.addEventListener(name, () => setTimeout(done, 60), { once: true });
    }
  });
  await htmx.ajax(verb, asking.getAttribute("hx-" + verb), { source: asking });
  await settled;
  return document.activeElement === document.body ? `lost from ${shown?.outerHTML.slice(0, 120)}` : "";
}"""


def keeps_the_focus(page: Page, address: str) -> None:
    """Whatever is put in on the page at `address`. Acts are done on the way: nothing is to be asked of it after."""
    page.goto(address, wait_until="networkidle")
    # An act that was done may have taken the demande away.
    rank = 0
    while rank < min(MOST, page.locator(ASKING).count()):
        assert swap(page, rank) == "", address
        page.goto(address, wait_until="networkidle")
        rank += 1


def swap(page: Page, rank: int) -> str:
    """Why the focus was lost, empty where it was not; an act that leads to another page loses nothing."""
    before = page.url
    try:
        return str(page.evaluate(SWAP, [ASKING, rank]))
    except Exception as left:  # noqa: BLE001  # the page that is left takes its answer with it
        page.wait_for_load_state("load")
        assert page.url != before or "context" in str(left)
        return ""
