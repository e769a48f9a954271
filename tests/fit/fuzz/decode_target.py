"""Coverage-guided fuzzing of the decoder with atheris.

    uv run --with atheris python -m tests.fit.fuzz.decode_target CORPUS -max_total_time=600 -rss_limit_mb=4096

CORPUS is a folder that grows; it is filled with the synthetic files of the tests when it is empty. Anything but a
`FitFile` or a `FitDecodeError` is a finding, as is a warning, and memory out of proportion to the input. The input that
shows it is written to the current folder (`-artifact_prefix=FOLDER/` for another one).
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["runningcoach_pipelines.fit"]):
    from runningcoach_pipelines.fit import decoder as _decoder

    assert _decoder

from tests.fit.recordings import every_rule
from tests.fit.test_damage import decode_damaged


def one_input(data: bytes) -> None:
    decode_damaged(data)


def fill(corpus: Path) -> None:
    corpus.mkdir(parents=True, exist_ok=True)
    if not any(corpus.iterdir()):
        for number, data in enumerate(every_rule().values()):
            (corpus / f"rule-{number:02}.fit").write_bytes(data)


def main() -> None:
    folders = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    for folder in folders[:1]:
        fill(Path(folder))
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
