# syntax=docker/dockerfile:1
FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /venv
COPY requirements.lock ./
RUN /venv/bin/pip install --no-cache-dir -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY server server
COPY profiles profiles
COPY operations operations
COPY capability capability
COPY examples examples
RUN /venv/bin/pip install --no-cache-dir --no-deps .

FROM python:3.13-slim
RUN useradd --system --create-home --uid 10001 almoner && mkdir /data && chown almoner /data
COPY --from=build /venv /venv
USER 10001
WORKDIR /home/almoner
ENV PATH=/venv/bin:$PATH ALMONER_HOST=0.0.0.0 ALMONER_DATA=/data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/readyz', timeout=2)"]
ENTRYPOINT ["almoner"]
CMD ["serve"]
