"""The app in a real browser: what a reader sees, on a wide screen and on a phone, with nothing leaving the machine.

Screenshots are left in `test-artifacts/`.
"""

import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from runningcoach_app.speech import speech
from runningcoach_pipelines.settings import PROJECT_ROOT, Language
from runningcoach_pipelines.store.windows import monday
from tests.app.conftest import ANA, MAIN, Stage, run_of, today
from tests.conftest import free_port
from tests.services.patience import until

pytestmark = pytest.mark.end_to_end

_ARTIFACTS = PROJECT_ROOT / "test-artifacts"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
_WIDE, _PHONE = (1280, 1500), (390, 2400)
_HANGUL = re.compile("[가-힣]")
_CHARTS = '[data-testid="stVegaLiteChart"]'


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if found is None:
        message = "no Chromium on this machine (Debian: apt-get install chromium fonts-noto-cjk)"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    expect.set_options(timeout=60_000)  # the first visit imports half of the world
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=list(_FLAGS))
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def served(runners: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of the app as `runningcoach up` starts it."""
    folder: Path = tmp_path_factory.mktemp("served")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    assert runners.database_url is not None
    ours = {
        "DATABASE_URL": runners.database_url,
        "RUNNINGCOACH_HOME": str(runners.home),
        "RUNNINGCOACH_ATHLETE": ANA,
    }
    command = [sys.executable, "-m", "streamlit", "run", str(MAIN)]
    options = ["--server.port", str(port), "--server.address", "127.0.0.1"]
    with (folder / "app.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, *options], cwd=folder, env=os.environ | ours, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            until(lambda: process.poll() is not None or answers(f"{url}/_stcore/health"))
            assert process.poll() is None, (folder / "app.log").read_text()
            yield url
        finally:
            process.terminate()
            process.wait(30)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310  # our own http URL
            return bool(response.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


@dataclass
class Watched:
    """A page, and everything about it that must not be."""

    page: Page
    errors: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self._on_url(request.url))
        self.page.on("websocket", lambda socket: self._on_url(socket.url))

    def _on_console(self, message: ConsoleMessage) -> None:
        # Opened by the address of a page, Streamlit first asks below that page where its server is.
        if message.type == "error" and "/_stcore/" not in message.location["url"]:
            self.errors.append(message.text)

    def _on_url(self, url: str) -> None:
        if urlsplit(url).scheme not in {"data", "blob"} and urlsplit(url).hostname != "127.0.0.1":
            self.strangers.append(url)


@pytest.fixture
def opened(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Watched]:
    """A fresh page of the size and time zone that the test asks for."""
    (width, height), zone = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, timezone_id=zone)
    watched = Watched(context.new_page())
    yield watched
    context.close()
    assert (watched.errors, watched.strangers) == ([], [])


def wait_until_drawn(page: Page) -> None:
    """All three charts have their marks, the table its canvas, and the script has ended."""
    expect(page.locator(_CHARTS)).to_have_count(3)
    for chart in page.locator(_CHARTS).all():
        expect(chart.locator("svg, canvas").first).to_be_visible()
    expect(page.locator('[data-testid="stDataFrame"] canvas').first).to_be_visible()
    expect(page.locator('[data-testid="stApp"]')).to_have_attribute("data-test-script-state", "notRunning")


def picture(page: Page, name: str) -> None:
    _ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=_ARTIFACTS / f"{name}.png", full_page=True)


@pytest.mark.parametrize(
    ("opened", "name"),
    [((_WIDE, "Asia/Seoul"), "overview-ko"), ((_PHONE, "Asia/Seoul"), "overview-ko-phone")],
    indirect=["opened"],
)
def test_the_overview_is_drawn_in_korean(served: str, opened: Watched, name: str) -> None:
    page = opened.page
    page.goto(served)
    wait_until_drawn(page)
    expect(page.get_by_role("heading", name="한눈에")).to_be_visible()
    expect(page.get_by_text(speech(Language.KO).day(today()), exact=True)).to_be_visible()
    expect(page.get_by_text("체력 (CTL)").first).to_be_visible()
    picture(page, name)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize(
    ("opened", "name"),
    [((_WIDE, "America/New_York"), "overview-en"), ((_PHONE, "America/New_York"), "overview-en-phone")],
    indirect=["opened"],
)
def test_in_english_no_korean_is_left_and_days_do_not_shift_with_the_browsers_zone(
    served: str, opened: Watched, name: str
) -> None:
    page = opened.page
    page.goto(f"{served}/?language=English")
    wait_until_drawn(page)
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    picture(page, name)
    assert not _HANGUL.search(page.locator(".stMainBlockContainer").inner_text())
    weeks = page.locator(f"{_CHARTS} [aria-roledescription=bar]").all()
    assert len(weeks) == 2 * 26
    assert f"Week from: {monday(today()):%b %-d, %Y}" in (weeks[25].get_attribute("aria-label") or "")


@pytest.mark.parametrize("opened", [(_WIDE, "Asia/Seoul")], indirect=True)
def test_a_click_changes_language_and_range(served: str, opened: Watched) -> None:
    page = opened.page
    page.goto(served)
    wait_until_drawn(page)
    page.get_by_text("6주", exact=True).click()
    page.get_by_text("English", exact=True).click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    expect(page.get_by_role("radio", name="6 weeks")).to_be_checked()
    wait_until_drawn(page)


_PAGES = {
    "activities": "Activities",
    "activity": "Run",
    "fitness": "Fitness",
    "health": "Health",
    "summaries": "Summaries",
    "data": "Data",
    "settings": "Settings",
}


@pytest.mark.parametrize(
    ("opened", "language"),
    [((_WIDE, "Asia/Seoul"), Language.KO), ((_PHONE, "Asia/Seoul"), Language.EN)],
    ids=["wide", "phone"],
    indirect=["opened"],
)
def test_every_page_fits_the_screen(
    served: str, opened: Watched, language: Language, request: pytest.FixtureRequest
) -> None:
    page, words = opened.page, speech(language)
    name = {Language.KO: "한국어", Language.EN: "English"}[language]
    for path, title in _PAGES.items():
        page.goto(f"{served}/{path}?language={name}")
        expect(page.get_by_role("heading", name=words.text(title), exact=True).first).to_be_visible()
        expect(page.locator('[data-testid="stApp"]')).to_have_attribute("data-test-script-state", "notRunning")
        picture(page, f"{path}-{language}-{request.node.callspec.id}")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path


@pytest.mark.parametrize("opened", [(_WIDE, "Asia/Seoul")], indirect=True)
def test_a_file_is_dropped_and_a_row_is_opened(served: str, opened: Watched, tmp_path: Path) -> None:
    page = opened.page
    dropped = tmp_path / "dropped.fit"
    dropped.write_bytes(run_of(1, minutes=31).data)
    page.goto(f"{served}/data?language=English")
    page.locator('input[type="file"]').set_input_files(dropped)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text(re.compile(r"^[01] new files, [01] known ones\.$"))).to_be_visible()
    page.get_by_role("link", name="Activities").click()
    expect(page.get_by_role("heading", name="Activities", exact=True)).to_be_visible()
    table = page.locator('[data-testid="stDataFrame"] .dvn-scroller')
    expect(table).to_be_visible()
    table.click(position={"x": 60, "y": 55})
    expect(page.get_by_role("heading", name="Run", exact=True)).to_be_visible()
    expect(page.get_by_role("tab", name="Kilometres")).to_be_visible()
