# The service as an image: `docker compose up` runs it with its stores.
FROM python:3.12-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN pip wheel --no-cache-dir --wheel-dir /wheels ".[telemetry]"

FROM python:3.12-slim
RUN useradd --system --create-home --home-dir /var/lib/customer360 customer360
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --find-links /wheels "customer360-api[telemetry]"
USER customer360
WORKDIR /var/lib/customer360
# where the keys of `c360 token` are: a volume takes over whom it belongs to
RUN mkdir --mode=700 var
ENV C360_HOST=0.0.0.0 C360_LOG_FORMAT=json PYTHONUNBUFFERED=1
EXPOSE 8360
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8360/healthz', timeout=2)"]
CMD ["c360", "serve"]
