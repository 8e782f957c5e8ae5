"""How long after Wiro's callback the finished picture is on the screen: `python -m bench.screen [EDITS]`.

The whole site with a real browser in front. Time runs from the moment at which the sandbox sends its callback to the moment at
which the pictures of the result have been decoded in the page. Everything is on one machine, so only the shape of the figures
means something elsewhere: the page asks once a second, so the median should lie near half a second and nothing far above one.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from edits.wiro.sandbox import SandboxServer
from tests.browser.conftest import OFFLINE
from tests.browser.install import executable
from tests.run.site import running_site

ON_SCREEN = """() => {
  const images = [...document.querySelectorAll("[data-compare] img")];
  return images.length > 0 && images.every((image) => image.complete && image.naturalWidth);
}"""


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as data, SandboxServer(api_key="key", api_secret="secret", time_scale=0.5) as wiro:  # noqa: S106 - not a real one
        seam = {"WIRO_API_KEY": "key", "WIRO_API_SECRET": "secret", "WIRO_BASE_URL": wiro.url, "WIRO_OUTPUT_HOSTS": wiro.origin}
        with running_site(Path(data), PUBLIC_BASE_URL="{url}", **seam) as site, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=executable(), args=OFFLINE)
            context = browser.new_context(base_url=site.url)
            cookies = site.visitor.session.cookies.get_dict()
            context.add_cookies([{"name": name, "value": value, "url": site.url} for name, value in cookies.items()])
            waits = []
            for number in range(count):
                page = context.new_page()
                page.goto(site.visitor.upload("rocket.jpg", f"Make it night {number}", seed="0"))
                page.wait_for_function(ON_SCREEN, timeout=60_000, polling=20)
                waits.append(time.time() - max(delivery.at for delivery in wiro.deliveries()))
                page.close()
            browser.close()
    print(f"{count} edits: median {statistics.median(waits):.2f} s, longest {max(waits):.2f} s after the callback was answered")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
