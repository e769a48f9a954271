"""Pictures of every page for docs/images, from the demo athlete: `make screenshots`.

Not a test: it draws what the tests look at.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, sync_playwright

from bench.sandbox import Sandbox, free_port, sandbox
from runningcoach_pipelines.settings import PROJECT_ROOT, Language
from tests.services.patience import until

IMAGES = PROJECT_ROOT / "docs" / "images"
_PAGES = {
    "overview": "",
    "activities": "activities",
    "activity": "activity",
    "fitness": "fitness",
    "health": "health",
    "summaries": "summaries",
    "data": "data",
    "settings": "settings",
}
_NAMES = {Language.KO: "한국어", Language.EN: "English"}
_SIZE = {"width": 1280, "height": 900}
_SETTLED_MS = 2500
"""Charts come in with a short animation."""


def main() -> None:
    """Two demo years, one picture a page and language."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        sys.exit("no Chromium on this machine (Debian: apt-get install chromium fonts-noto-cjk)")
    IMAGES.mkdir(exist_ok=True)
    with sandbox() as place:
        _run(place, "demo", "--years", "2", "--no-serve")
        port = free_port()
        environment = place.environment | {"RUNNINGCOACH_ATHLETE": "demo"}
        command = [sys.executable, "-m", "streamlit", "run", str(PROJECT_ROOT / "runningcoach_app" / "main.py")]
        options = ["--server.port", str(port), "--server.address", "127.0.0.1"]
        app = subprocess.Popen([*command, *options], cwd=place.folder, env=dict(environment))
        try:
            with sync_playwright() as playwright:
                opened = playwright.chromium.launch(executable_path=browser, args=["--headless", "--no-sandbox"])
                page = opened.new_page(viewport=_SIZE, timezone_id="Asia/Seoul")
                until(lambda: _answers(page, f"http://127.0.0.1:{port}/_stcore/health"))
                for language in Language:
                    for name, path in _PAGES.items():
                        address = f"http://127.0.0.1:{port}/{path}?language={_NAMES[language]}"
                        _picture(page, address, IMAGES / f"{name}.{language}.png")
                opened.close()
        finally:
            app.terminate()
            app.wait(30)


def _run(place: Sandbox, *arguments: str) -> None:
    command = [Path(sys.executable).parent / "runningcoach", *arguments]
    subprocess.run(command, cwd=place.folder, env=dict(place.environment), check=True, stdout=subprocess.DEVNULL)


def _answers(page: Page, url: str) -> bool:
    try:
        response = page.goto(url)
    except PlaywrightError:
        return False
    return response is not None and response.ok


def _picture(page: Page, address: str, file: Path) -> None:
    page.goto(address)
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=120_000)
    page.wait_for_timeout(_SETTLED_MS)
    page.screenshot(path=file)
    print(os.path.relpath(file, PROJECT_ROOT), flush=True)


if __name__ == "__main__":
    main()
