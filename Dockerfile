# Two stages: the first makes a wheel and a virtual environment, the second carries only that environment.
# Adapters beyond the sandbox are extras: docker build --build-arg EXTRAS=sandbox,telegram .

FROM python:3.12-slim AS builder
ARG EXTRAS=sandbox
WORKDIR /src
# Libraries first: this layer changes only with the list of them.
COPY pyproject.toml constraints.txt ./
RUN python -m venv /opt/orchard-bot \
    && python -c "import tomllib; print('\n'.join(tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies']))" > libraries.txt \
    && /opt/orchard-bot/bin/pip install --no-cache-dir --disable-pip-version-check -c constraints.txt -r libraries.txt
COPY README.md LICENSE ./
COPY orchard_bot orchard_bot
COPY adapters adapters
COPY config config
RUN pip wheel --no-cache-dir --disable-pip-version-check --no-deps --wheel-dir dist . \
    && wheel="$(ls dist/*.whl)" \
    && /opt/orchard-bot/bin/pip install --no-cache-dir --disable-pip-version-check -c constraints.txt "${wheel}[${EXTRAS}]"

FROM python:3.12-slim
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin orchard \
    && install --directory --owner=orchard --group=orchard /orchard /orchard/var
COPY --from=builder /opt/orchard-bot /opt/orchard-bot
# The same layout as in the repository, so that one configuration fits both: the database is ../var from config/.
# The example configuration starts the sandbox; a real one is mounted over it.
WORKDIR /orchard
COPY config config
# Only the published port reaches this address: compose.yaml publishes it to the host's loopback alone.
ENV PATH=/opt/orchard-bot/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    ORCHARD_HOST=0.0.0.0
USER orchard
VOLUME /orchard/var
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["orchard-bot"]
CMD ["run", "--config", "config/orchard.toml"]
