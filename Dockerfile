# One image for every service of docker-compose.yml; docs/operations.md says how it is used.
FROM python:3.13-slim

RUN pip install --no-cache-dir "uv>=0.9" \
    && useradd --create-home --uid 1000 runner \
    && install -d -o runner -g runner /app /data

USER runner
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH UV_PYTHON_DOWNLOADS=never UV_COMPILE_BYTECODE=1

# Dependencies first: they change less often than the code.
COPY --chown=runner:runner pyproject.toml uv.lock .python-version README.md LICENSE ./
RUN uv sync --frozen --no-dev --no-install-project --no-cache

COPY --chown=runner:runner . .
RUN uv sync --frozen --no-dev --no-cache
