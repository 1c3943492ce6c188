# The portal for production: web server, worker and migrations are the same image with another command.
FROM python:3.11-slim-trixie AS build
WORKDIR /app
COPY bootstrap.py requirements.txt requirements-demo.txt requirements-dev.txt ./
RUN python3 bootstrap.py
COPY portal portal
COPY templates templates
COPY static static
COPY migrations migrations
COPY docker/probe.py LICENSE ./
RUN .venv/bin/python -m compileall -q portal migrations

FROM python:3.11-slim-trixie
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin counterpart
WORKDIR /app
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PORTAL_BIND=0.0.0.0
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "probe.py", "/livez"]
CMD ["portal", "serve"]
