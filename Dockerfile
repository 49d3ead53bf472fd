# The operator's image: one bundle, Node, and the libraries that Node needs. No shell, no package manager, no root.
# The base is used to build only; any glibc image with Node 24 and npm will do.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN node hack/image/main.ts /image

FROM scratch
COPY --from=build /image /
LABEL org.opencontainers.image.title="event-bus-operator" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV HOME=/home/nonroot NODE_ENV=production
WORKDIR /app
USER 65532:65532
EXPOSE 8080
# Node is process 1: it handles SIGTERM itself and starts no other process that would have to be reaped.
ENTRYPOINT ["/usr/local/bin/node", "--max-semi-space-size=8", "--heap-growing-percent=50", "/app/operator.mjs"]
