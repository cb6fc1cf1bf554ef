# The same two locked steps as `make run`, in an image that holds no build tool's cache and no root.
FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/askscience
WORKDIR /src
COPY requirements/build.txt requirements/run.txt requirements/
# jieba comes as source alone: its build tools are locked and go first, so that pip fetches nothing unpinned.
RUN /opt/askscience/bin/pip install --require-hashes -r requirements/build.txt \
 && /opt/askscience/bin/pip install --no-build-isolation --require-hashes -r requirements/run.txt
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY knowledge knowledge
COPY webhook webhook
RUN /opt/askscience/bin/pip install --no-build-isolation --no-deps .

FROM python:3.12-slim
RUN useradd --uid 10001 --user-group --create-home --shell /usr/sbin/nologin askscience \
 && install -d -m 700 -o askscience -g askscience /srv/askscience/var
COPY --from=build /opt/askscience /opt/askscience
ENV PATH=/opt/askscience/bin:$PATH PYTHONUNBUFFERED=1
# A number, so that a platform can see without looking into the image that it is not root.
USER 10001:10001
WORKDIR /srv/askscience
# The embedded database and the secret of the first start: all that must outlive the container.
VOLUME /srv/askscience/var
EXPOSE 8000
# No proxy: the question goes to this container and nowhere else.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "from urllib.request import ProxyHandler, build_opener; build_opener(ProxyHandler({})).open('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["askscience", "run", "--host", "0.0.0.0"]
