# Four images of one base, beside `sample`, which writes data for a trial: `function` for Lambda, `adapter` for Lambda by Lambda Web Adapter, `server` for docker run, ECS
# and Kubernetes, and `forecast` for the jobs of forecasts on Lambda.
#   docker build --target function --platform linux/arm64 --provenance=false -t graphql-api .
#   docker build --target adapter --platform linux/arm64 --provenance=false -t graphql-api-adapter .
#   docker build --target server -t graphql-api-server . && docker run -p 8000:8000 -v "$PWD/data:/data:ro" graphql-api-server

# Lambda Web Adapter, pinned by version and digest: it stands between the clients and the service.
ARG ADAPTER=public.ecr.aws/awsguru/aws-lambda-adapter:1.1.0@sha256:17cfd08eff1dfea3f6a9a1e9c65fdac80aa4919b6085e746615530f43f57d2f1

# By its tag, for the security updates of the day: a release pulls it anew, and what is deployed is named by digest.
FROM public.ecr.aws/lambda/python:3.13 AS base

FROM base AS function-build
WORKDIR /build
COPY requirements/lambda.txt requirements/
RUN pip install --no-cache-dir --no-compile --no-deps --require-hashes --only-binary :all: \
    --target /package -r requirements/lambda.txt
COPY pyproject.toml handler.py jobs_handler.py stream_handler.py ./
COPY deploy/assemble.py deploy/slices.json deploy/stream.sh deploy/
COPY docs/operations docs/operations
COPY graphql_api graphql_api
RUN python deploy/assemble.py /package

FROM base AS server-build
WORKDIR /build
COPY requirements/server.txt requirements/
RUN pip install --no-cache-dir --no-compile --no-deps --require-hashes --only-binary :all: \
    --target /package -r requirements/server.txt
COPY pyproject.toml handler.py jobs_handler.py stream_handler.py ./
COPY deploy/assemble.py deploy/slices.json deploy/stream.sh deploy/
COPY docs/operations docs/operations
COPY graphql_api graphql_api
RUN python deploy/assemble.py /package

FROM ${ADAPTER} AS web-adapter

FROM base AS adapter-build
WORKDIR /build
COPY requirements/lambda.txt requirements/server.txt requirements/
RUN pip install --no-cache-dir --no-compile --no-deps --require-hashes --only-binary :all: \
    --target /package -r requirements/lambda.txt -r requirements/server.txt
COPY pyproject.toml handler.py jobs_handler.py stream_handler.py ./
COPY deploy/assemble.py deploy/slices.json deploy/stream.sh deploy/
COPY docs/operations docs/operations
COPY graphql_api graphql_api
RUN python deploy/assemble.py /package

# The plain server under Lambda Web Adapter, which Lambda starts as an extension.
FROM base AS adapter
COPY --from=web-adapter /lambda-adapter /opt/extensions/lambda-adapter
COPY --from=adapter-build /package ${LAMBDA_TASK_ROOT}
USER 10001:10001
# Compression is the service's own, and what is no request comes to a path that nobody else can ask for.
ENV AWS_LWA_PORT=8000 AWS_LWA_INVOKE_MODE=response_stream AWS_LWA_READINESS_CHECK_PATH=/health \
    AWS_LWA_ENABLE_COMPRESSION=false AWS_LWA_PASS_THROUGH_PATH=/events
ENTRYPOINT ["python", "-m", "graphql_api.functions.adapter"]
CMD []

# The plain server. Its user owns nothing and writes nothing: it runs with --read-only.
FROM base AS server
COPY --from=server-build /package ${LAMBDA_TASK_ROOT}
USER 10001:10001
ENV JOCKEY_DATA=/data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health', timeout=4)"]
ENTRYPOINT ["python", "-m", "graphql_api", "serve", "--host", "0.0.0.0", "--port", "8000"]
CMD []

FROM base AS forecast-build
WORKDIR /build
COPY requirements/forecast.txt requirements/
RUN pip install --no-cache-dir --no-compile --no-deps --require-hashes --only-binary :all: \
    --target /package -r requirements/forecast.txt
COPY pyproject.toml handler.py jobs_handler.py stream_handler.py ./
COPY deploy/assemble.py deploy/slices.json deploy/stream.sh deploy/
COPY docs/operations docs/operations
COPY graphql_api graphql_api
RUN python deploy/assemble.py --image /package

# The jobs of forecasts. LightGBM links to the OpenMP library of the system, in the version of the base's day.
FROM base AS forecast
# hadolint ignore=DL3041
RUN dnf install -y libgomp && dnf clean all
COPY --from=forecast-build /package ${LAMBDA_TASK_ROOT}
USER 10001:10001
CMD ["jobs_handler.handler"]

# Fictional data for a trial, see compose.yaml; writing it takes pandas, which no other image has.
FROM base AS sample
WORKDIR /build
COPY requirements/run.txt requirements/
RUN pip install --no-cache-dir --no-compile --no-deps --require-hashes --only-binary :all: -r requirements/run.txt
COPY graphql_api graphql_api
RUN mkdir /data && chown 10001:10001 /data
USER 10001:10001
ENTRYPOINT ["sh", "-c", "python -m graphql_api sample --out /data && python -m graphql_api index --data /data"]
CMD []

# The Lambda function, last and so the default. Lambda runs it as a user of its own, without rights, whatever USER says.
FROM base AS function
COPY --from=function-build /package ${LAMBDA_TASK_ROOT}
USER 10001:10001
CMD ["handler.handler"]
